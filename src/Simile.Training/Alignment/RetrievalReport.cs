namespace Simile.Training.Alignment;

/// <summary>The share of searches that found their partner among the first k.</summary>
/// <param name="K">k.</param>
/// <param name="Recall">The share, from 0 to 1.</param>
/// <param name="Low">Lower end of the 95 % confidence interval.</param>
/// <param name="High">Upper end of the 95 % confidence interval.</param>
/// <param name="Chance">What guessing would give.</param>
public sealed record RecallAt(int K, double Recall, double Low, double High, double Chance);

/// <summary>Recall in both directions on held-out pairs.</summary>
/// <param name="TextToImage">Recall@1, @5 and @10 of pictures found by their texts.</param>
/// <param name="ImageToText">Recall@1, @5 and @10 of texts found by their pictures; one of a picture's texts is enough.</param>
/// <param name="ModalityGap">Distance between the mean text and the mean picture, both of unit length before averaging (Liang et al. 2022,
/// "Mind the gap").</param>
public sealed record RetrievalReport(IReadOnlyList<RecallAt> TextToImage, IReadOnlyList<RecallAt> ImageToText, double ModalityGap);

/// <summary>How an alignment was found and what it gained.</summary>
/// <param name="Method">The method.</param>
/// <param name="Note">What the method chose: penalty, or passes and scale.</param>
/// <param name="TrainPairs">Pairs trained with.</param>
/// <param name="ValidationPairs">Pairs chosen with.</param>
/// <param name="TestTexts">Held-out texts.</param>
/// <param name="TestPictures">Held-out pictures.</param>
/// <param name="Comparable">Whether the vectors were of one space before; if not, <paramref name="Before"/> pads the shorter side with
/// zeros and can only be chance.</param>
/// <param name="Before">Recall of the vectors as they are.</param>
/// <param name="After">Recall in the joint space.</param>
public sealed record AlignmentReport(
    AlignmentMethod Method,
    string Note,
    int TrainPairs,
    int ValidationPairs,
    int TestTexts,
    int TestPictures,
    bool Comparable,
    RetrievalReport Before,
    RetrievalReport After
);
