namespace Simile;

/// <summary>Every error code of the house, in one place. A code never changes its meaning and is never used again.</summary>
/// <remarks>1xx input, 2xx models and checkpoints, 3xx vectors and spaces, 4xx stores and indexes, 5xx ingestion, 6xx training and
/// evaluation, 7xx serving (queues, registries, caches, pipelines), 8xx the server, 9xx usage.</remarks>
public static class ErrorCode
{
    /// <summary>The text is empty, or nothing is left of it after preprocessing.</summary>
    public const string EmptyText = "SIM101";

    /// <summary>No token of the text is in the model's vocabulary, so there is nothing to embed.</summary>
    public const string NoKnownTokens = "SIM102";

    /// <summary>The text is not valid Unicode (a lone surrogate, or bytes that are not UTF-8).</summary>
    public const string InvalidUnicode = "SIM103";

    /// <summary>A preprocessing hook threw; the original error is inside.</summary>
    public const string PreprocessFailed = "SIM104";

    /// <summary>An input is null.</summary>
    public const string NullInput = "SIM105";

    /// <summary>The model does not embed inputs of this kind: a picture for a text model, a text for an image model.</summary>
    public const string UnsupportedModality = "SIM106";

    /// <summary>A path that should be a file is a folder, a pipe, a device, a socket or a link to nothing.</summary>
    public const string NotARegularFile = "SIM107";

    /// <summary>A file that is read whole is larger than any sound one.</summary>
    public const string FileTooLarge = "SIM108";

    /// <summary>A file is the pointer that Git LFS leaves in its place.</summary>
    public const string GitLfsPointer = "SIM109";

    /// <summary>A picture has more pixels or bytes than allowed, or needs more memory.</summary>
    public const string ImageTooLarge = "SIM111";

    /// <summary>A picture file is damaged or cut off.</summary>
    public const string DamagedImage = "SIM112";

    /// <summary>A file is no picture of a known format.</summary>
    public const string UnknownImageFormat = "SIM113";

    /// <summary>A picture is in a variant of its format that is not read.</summary>
    public const string UnsupportedImage = "SIM114";

    /// <summary>A picture took longer to decode than allowed.</summary>
    public const string ImageTooSlow = "SIM115";

    /// <summary>A query leaves no room for a text beside it.</summary>
    public const string QueryTooLong = "SIM116";

    /// <summary>A token id that a caller gave is none of the model's vocabulary.</summary>
    public const string UnknownTokenId = "SIM117";

    /// <summary>The model folder or a file in it does not exist.</summary>
    public const string ModelNotFound = "SIM201";

    /// <summary>A checkpoint file is damaged or hostile: its lengths, offsets or header do not hold together.</summary>
    public const string BadCheckpoint = "SIM202";

    /// <summary>A model folder asks for something that Simile does not understand.</summary>
    public const string UnsupportedModel = "SIM203";

    /// <summary>A tokenizer file is damaged or asks for something that Simile does not understand.</summary>
    public const string UnsupportedTokenizer = "SIM204";

    /// <summary>A golden check failed: the model does not give the vectors it was published with.</summary>
    public const string VerificationFailed = "SIM205";

    /// <summary>The file of a loaded model was changed while it was in use.</summary>
    public const string ModelChanged = "SIM206";

    /// <summary>The hub does not answer, or its connections are cut again and again.</summary>
    public const string HubUnreachable = "SIM211";

    /// <summary>The hub refuses a model: it is private or gated, or does not exist (401, 403).</summary>
    public const string HubRefused = "SIM212";

    /// <summary>The hub has no such model or revision (404).</summary>
    public const string HubNotFound = "SIM213";

    /// <summary>A file of the hub arrived with another content than was announced, twice.</summary>
    public const string HubFileDamaged = "SIM214";

    /// <summary>The disk has no room for a model.</summary>
    public const string HubDiskFull = "SIM215";

    /// <summary>The network may not be used, and the model is not in the cache.</summary>
    public const string HubOffline = "SIM216";

    /// <summary>The hub answers with something that a hub does not answer.</summary>
    public const string HubBadAnswer = "SIM217";

    /// <summary>A repository lists a file whose name would lead out of its folder.</summary>
    public const string HubUnsafeName = "SIM218";

    /// <summary>No source of packages could be asked for one.</summary>
    public const string PackageSourceUnreachable = "SIM221";

    /// <summary>A source of packages wants other credentials (401, 403).</summary>
    public const string PackageSourceRefused = "SIM222";

    /// <summary>No source has the package, or that version of it.</summary>
    public const string PackageNotFound = "SIM223";

    /// <summary>A package, or a file that came in one, has another content than was announced, or does not hold together.</summary>
    public const string PackageDamaged = "SIM224";

    /// <summary>A package holds a file whose name would lead out of its folder.</summary>
    public const string PackageUnsafeName = "SIM225";

    /// <summary>A package holds no model, or not enough of one.</summary>
    public const string PackageWithoutModel = "SIM226";

    /// <summary>A model of the same name came from another package.</summary>
    public const string ModelNameTaken = "SIM227";

    /// <summary>The model that was set as the default is not there.</summary>
    public const string DefaultModelMissing = "SIM228";

    /// <summary>An inference engine, or the device that it is to compute on, is not on this machine.</summary>
    public const string EngineUnavailable = "SIM231";

    /// <summary>Two vectors of different spaces or lengths were to be compared.</summary>
    public const string SpaceMismatch = "SIM301";

    /// <summary>The model was not trained for the dimensions asked for.</summary>
    public const string UnsupportedDimensions = "SIM302";

    /// <summary>A vector holds NaN or infinity, or has no direction (all zeros).</summary>
    public const string InvalidVector = "SIM303";

    /// <summary>A vector file is damaged or in a form that Simile does not read.</summary>
    public const string BadVectorFile = "SIM304";

    /// <summary>The model has no calibration for the codes asked for.</summary>
    public const string NotCalibrated = "SIM305";

    /// <summary>A fusion needs a part that the input does not have.</summary>
    public const string MissingPart = "SIM306";

    /// <summary>Two vectors have no fusion, because they point in opposite directions.</summary>
    public const string FusionUndefined = "SIM307";

    /// <summary>An index was made with another model's space.</summary>
    public const string IndexOfAnotherSpace = "SIM401";

    /// <summary>A store file is damaged or was made by another version.</summary>
    public const string BadStore = "SIM402";

    /// <summary>A store file does not exist.</summary>
    public const string StoreNotFound = "SIM403";

    /// <summary>Another process holds the store.</summary>
    public const string StoreBusy = "SIM404";

    /// <summary>A store file cannot be used as it should: rights, a full or read-only disk, an error of the disk.</summary>
    public const string StoreUnavailable = "SIM405";

    /// <summary>A path to read does not exist.</summary>
    public const string PathNotFound = "SIM501";

    /// <summary>A document cannot be read as text.</summary>
    public const string UnreadableDocument = "SIM502";

    /// <summary>All documents that an index holds of a path are gone; they are taken out only when pruning is asked for.</summary>
    public const string EverythingGone = "SIM503";

    /// <summary>A document expands beyond what is allowed, is nested too deeply, or takes too much memory.</summary>
    public const string DocumentTooLarge = "SIM504";

    /// <summary>A document took longer to read than allowed.</summary>
    public const string DocumentTooSlow = "SIM505";

    /// <summary>A document is encrypted, and its password is not known.</summary>
    public const string EncryptedDocument = "SIM506";

    /// <summary>A document holds pictures of its pages and no text.</summary>
    public const string ScannedDocument = "SIM507";

    /// <summary>A file is of a kind that is not read, or of another kind than its name says.</summary>
    public const string UnknownDocumentKind = "SIM508";

    /// <summary>The process that read a document ended before it answered.</summary>
    public const string DocumentReaderFailed = "SIM509";

    /// <summary>A training corpus or pair file is missing or malformed.</summary>
    public const string BadTrainingData = "SIM601";

    /// <summary>An evaluation file is missing or malformed.</summary>
    public const string BadEvaluationData = "SIM602";

    /// <summary>A checkpoint of a training run does not belong to the options it is resumed with.</summary>
    public const string CheckpointMismatch = "SIM603";

    /// <summary>There are too few pairs to train with, or what is left of them does not vary.</summary>
    public const string TooFewPairs = "SIM604";

    /// <summary>A queue of requests is full; <see cref="SimileException.RetryAfter"/> says when to try again.</summary>
    public const string QueueFull = "SIM701";

    /// <summary>A request's deadline passed before its answer was there.</summary>
    public const string DeadlinePassed = "SIM702";

    /// <summary>The worker that had a request crashed or did not come back; another has taken its place.</summary>
    public const string WorkerFailed = "SIM703";

    /// <summary>No embedder is registered under that name.</summary>
    public const string UnknownEmbedder = "SIM704";

    /// <summary>The model threw on this input, or gave something that is no answer to it.</summary>
    public const string ModelFailed = "SIM705";

    /// <summary>The embedder of that name is of another type, or is registered already.</summary>
    public const string EmbedderMismatch = "SIM706";

    /// <summary>A generator of embeddings outside Simile cannot be reached, or refuses every call.</summary>
    public const string GeneratorUnavailable = "SIM707";

    /// <summary>So many batches hang in the model that no more are begun.</summary>
    public const string ModelHangs = "SIM708";

    /// <summary>A cache cannot be opened, read or written.</summary>
    public const string CacheUnavailable = "SIM711";

    /// <summary>A step of a pipeline threw on an item; the original error is inside.</summary>
    public const string StepFailed = "SIM721";

    /// <summary>Unfinished work belongs to another input, model or options than it is to be resumed with.</summary>
    public const string ResumeMismatch = "SIM722";

    /// <summary>A server would answer anybody on the network, and nobody has said that it may.</summary>
    public const string ServerNeedsKey = "SIM801";

    /// <summary>A server cannot listen at its address.</summary>
    public const string AddressUnavailable = "SIM802";

    /// <summary>The body of a request is not what its route takes.</summary>
    public const string BadRequestBody = "SIM803";

    /// <summary>A request has more bytes, inputs or tokens than the server allows.</summary>
    public const string RequestTooLarge = "SIM804";

    /// <summary>A client shows no key, a wrong one, or calls from where it may not.</summary>
    public const string ClientRefused = "SIM805";

    /// <summary>The server has no such model; what it has stands in the message.</summary>
    public const string ModelNotServed = "SIM806";

    /// <summary>The server has no such route.</summary>
    public const string RouteNotServed = "SIM807";

    /// <summary>An option has a value outside its range.</summary>
    public const string InvalidOption = "SIM901";

    /// <summary>The operating system refuses to read or write: a disk is full, a file is read-only or not permitted, a name is too long, an
    /// output is closed.</summary>
    public const string SystemRefused = "SIM902";
}
