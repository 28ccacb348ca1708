using Simile.Search;

namespace Simile.Tests.Search;

/// <summary>Words of a text are found by queries that a person would call the same. The pairs are evident, the folded forms those of the
/// Unicode Standard.</summary>
public class SearchWordsTests
{
    [Theory]
    [InlineData("仓库里的梯子每周检查一次。", "梯子")]
    [InlineData("倉庫の梯子は毎週点検されます。", "毎週")]
    [InlineData("倉庫の梯子は毎週点検されます。", "梯")]
    [InlineData("我们用Kotlin写了整个程序。", "Kotlin")]
    [InlineData("我们用Kotlin写了整个程序。", "程序")]
    [InlineData("บันไดอยู่ในโกดัง", "บันได")]
    [InlineData("ຂັ້ນໄດຢູ່ໃນສາງ", "ສາງ")]
    [InlineData("ជណ្តើរនៅក្នុងឃ្លាំង", "ឃ្លាំង")]
    [InlineData("လှေကားသည်ဂိုဒေါင်တွင်ရှိသည်", "ဂိုဒေါင်")]
    [InlineData("བོད་ཡིག་སློབ་དེབ", "སློབ")]
    [InlineData("도서관에서 책을 빌렸다", "도서관")]
    [InlineData("ﾒｰﾄﾙとｶﾞﾗｽ", "ガラス")]
    [InlineData("ガラスの靴", "ｶﾞﾗｽ")]
    [InlineData("ＡＢＣ１２３ 会社", "abc123")]
    [InlineData("第３章", "3")]
    [InlineData("Tiếng nói", "tieng")]
    [InlineData("Tiếng nói", "tieng noi")]
    [InlineData("tieng", "Tiếng")]
    [InlineData("Łódź", "lodz")]
    [InlineData("STRASSE", "straße")]
    [InlineData("Straße", "STRASSE")]
    [InlineData("İstanbul", "istanbul")]
    [InlineData("ısı", "ISI")]
    [InlineData("ΟΔΟΣ", "οδός")]
    [InlineData("שָׁלוֹם", "שלום")]
    [InlineData("مُحَمَّد", "محمد")]
    [InlineData("हिन्दी भाषा", "हिन्दी")]
    [InlineData("क़लम", "क़लम")]
    [InlineData("١٢٣", "123")]
    [InlineData("१२३", "123")]
    [InlineData("ﬁnance", "finance")]
    [InlineData("x²", "x2")]
    [InlineData("co\u00ADoperate", "cooperate")]
    [InlineData("kit\u200Bten", "kitten")]
    [InlineData("می\u200Cخواهم", "میخواهم")]
    [InlineData("inter-\nnational", "international")]
    [InlineData("e-mail", "email")]
    [InlineData("email", "e-mail")]
    [InlineData("wifi", "wi-fi")]
    [InlineData("covid19", "covid-19")]
    [InlineData("boundary layer", "boundary-layer")]
    [InlineData("the state\u2011of\u2011the\u2011art", "state-of-the-art")]
    [InlineData("snake_case_name", "case")]
    [InlineData("getUserName()", "username getusername")]
    [InlineData("getUserName()", "user")]
    [InlineData("HTTPServer", "server")]
    [InlineData("obj.getUserName", "getUserName")]
    [InlineData("written in C++17", "C++")]
    [InlineData("written in C#.", "c#")]
    [InlineData("on ASP.NET", "asp.net")]
    [InlineData("the .NET runtime", ".NET")]
    [InlineData("Node.js", "nodejs")]
    [InlineData("pi is 3.14", "3.14")]
    [InlineData("1,204 rows", "1204")]
    [InlineData("host 192.168.0.1 is up", "192.168.0.1")]
    [InlineData("write to jane.doe@example.com", "jane.doe@example.com")]
    [InlineData("see /usr/share/doc/readme.txt", "readme.txt")]
    [InlineData("release v1.2.3", "v1.2.3")]
    [InlineData("l’eau", "eau")]
    [InlineData("don’t", "dont")]
    [InlineData("Hawaiʻi", "hawaii")]
    [InlineData("O'Brien", "OBrien")]
    [InlineData("party 🎉 today", "🎉")]
    [InlineData("👍🏽", "👍")]
    [InlineData("flag 🇩🇪", "🇩🇪")]
    [InlineData("costs 5 €", "€")]
    [InlineData("made in the U.S.", "US")]
    public void AQueryFindsTheText(string text, string query) =>
        Assert.True(
            Finds(text, query),
            $"'{query}' in '{text}': {string.Join(" | ", SearchWords.Terms(query))} in {SearchWords.ToIndex(text)}"
        );

    [Theory]
    [InlineData("written in C", "C++")]
    [InlineData("written in C#", "C++")]
    [InlineData("wi-fi", "boundary-layer")]
    [InlineData("flag 🇪🇩", "🇩🇪")]
    [InlineData("pi is 314", "3.14")]
    [InlineData("대학 교수", "학교")]
    [InlineData("梯。子", "梯子")]
    [InlineData("ガ", "カ")]
    [InlineData("15 rows", "1,5")]
    public void AQueryDoesNotFindAnother(string text, string query) =>
        Assert.False(Finds(text, query), string.Join(" | ", SearchWords.Terms(query)));

    // Composed and decomposed, marks in any order, compatible forms: Unicode Standard Annex 15, figures 3 to 6.
    [Theory]
    [InlineData("é", "e\u0301")]
    [InlineData("ế", "e\u0302\u0301")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("한", "\u1112\u1161\u11AB")]
    [InlineData("が", "か\u3099")]
    [InlineData("Å", "\u212B")]
    [InlineData("กำ", "ก\u0E4D\u0E32")]
    [InlineData("ก\u0E38\u0E48", "ก\u0E48\u0E38")]
    [InlineData("ো", "ে\u09BE")]
    public void EqualTextsHaveEqualWords(string one, string other) => Assert.Equal(SearchWords.ToIndex(one), SearchWords.ToIndex(other));

    [Theory]
    [InlineData("shipping to the US", "us")]
    [InlineData("who is Will Smith", "will")]
    [InlineData("the WHO report", "who")]
    [InlineData("OR gate", "or")]
    [InlineData("IT department", "it")]
    [InlineData("vitamin A", "a")]
    [InlineData("to be or not to be", "not")]
    [InlineData("to be", "be")]
    [InlineData("the who", "who")]
    public void CommonWordsThatAreMeantStay(string query, string word) => Assert.Contains(word, SearchWords.Terms(query));

    [Theory]
    [InlineData("tell us about it", "us")]
    [InlineData("Will it rain tomorrow", "will")]
    [InlineData("What is bread", "what")]
    [InlineData("how do I bake", "i")]
    public void CommonWordsThatSayNothingGo(string query, string word) => Assert.DoesNotContain(word, SearchWords.Terms(query));

    [Theory]
    [InlineData("")]
    [InlineData("?! … —")]
    [InlineData("\u0000\u200B\u0301")]
    public void WhatHasNoWordsHasNoTerms(string text)
    {
        Assert.Empty(SearchWords.Terms(text));
        Assert.Empty(SearchWords.ToIndex(text));
    }

    [Theory]
    [InlineData("flow in a laminar boundary layer", "laminar boundary|boundary layer")]
    [InlineData("The heat-transfer of SnakeCase", "heat transfer|snake case")]
    [InlineData("bread, butter and bread, butter", "bread butter")]
    [InlineData("learn C++ templates quickly", "templates quickly")]
    [InlineData("how to bake it", "")]
    [InlineData("漢字 words", "")]
    public void NeighborsThatSaySomethingArePhrases(string query, string phrases) =>
        Assert.Equal(phrases, string.Join('|', SearchWords.Phrases(query)));

    // As a full-text index does it: a term of two words wants them side by side.
    private static bool Finds(string text, string query) =>
        SearchWords.Terms(query).Any(term => $" {SearchWords.ToIndex(text)} ".Contains($" {term} ", StringComparison.Ordinal));
}
