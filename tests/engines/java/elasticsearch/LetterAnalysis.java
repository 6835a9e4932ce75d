import java.io.Reader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.LowerCaseFilter;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AbstractTokenizerFactory;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The part of Elasticsearch's language analysis that letters and names need, under the names and options that the full
 * distribution gives it. The jars bring Lucene's classes but not the module that registers them.
 *
 * <p>What the full server also applies to the words of prefix, wildcard and fuzzy queries ("normalizing") is applied to
 * them here too: otherwise a query for "Ёлк*" would behave unlike production.
 */
public final class LetterAnalysis extends Plugin implements AnalysisPlugin {
    // Tables: what is registered.

    @Override
    public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
        return Map.of(
            "mapping", onlyWithOptions(normalizingChars(LetterAnalysis::mapping)),
            "pattern_replace", onlyWithOptions(normalizingChars(LetterAnalysis::replacing)),
            "html_strip", plainChars(options -> HTMLStripCharFilter::new));
    }

    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of(
            "keyword", tokenizer(options -> KeywordTokenizer::new),
            "whitespace", tokenizer(options -> WhitespaceTokenizer::new),
            "letter", tokenizer(options -> LetterTokenizer::new),
            "ngram", tokenizer(options -> () -> new NGramTokenizer(shortest(options), longest(options))),
            "edge_ngram", tokenizer(options -> () -> new EdgeNGramTokenizer(shortest(options), longest(options))),
            "pattern", tokenizer(options -> () ->
                new PatternTokenizer(Pattern.compile(options.get("pattern", "\\W+")), options.getAsInt("group", -1))));
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.ofEntries(
            Map.entry("lowercase", normalizing(options -> LowerCaseFilter::new)),
            Map.entry("asciifolding", normalizing(options -> words -> new ASCIIFoldingFilter(words, keepsOriginal(options)))),
            Map.entry("trim", normalizing(options -> TrimFilter::new)),
            Map.entry("pattern_replace", onlyWithOptions(normalizing(LetterAnalysis::replacingWords))),
            Map.entry("stemmer", plain(options -> stemmer(options.get("language", options.get("name", "porter"))))),
            Map.entry("snowball", plain(options -> snowball(options.get("language", "English")))),
            Map.entry("ngram", plain(options ->
                words -> new NGramTokenFilter(words, shortest(options), longest(options), keepsOriginal(options)))),
            Map.entry("edge_ngram", plain(options ->
                words -> new EdgeNGramTokenFilter(words, shortest(options), longest(options), keepsOriginal(options)))),
            Map.entry("length", plain(options -> words ->
                new LengthFilter(words, options.getAsInt("min", 0), options.getAsInt("max", Integer.MAX_VALUE)))),
            Map.entry("truncate", plain(options -> words -> new TruncateTokenFilter(words, options.getAsInt("length", 10)))),
            Map.entry("reverse", plain(options -> ReverseStringFilter::new)),
            Map.entry("keyword_repeat", plain(options -> KeywordRepeatFilter::new)),
            Map.entry("remove_duplicates", plain(options -> RemoveDuplicatesTokenFilter::new)));
    }

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of("russian", analyzer(RussianAnalyzer::new), "english", analyzer(EnglishAnalyzer::new));
    }

    @Override
    public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
        return List.of(
            PreConfiguredTokenizer.singleton("keyword", KeywordTokenizer::new),
            PreConfiguredTokenizer.singleton("whitespace", WhitespaceTokenizer::new),
            PreConfiguredTokenizer.singleton("letter", LetterTokenizer::new));
    }

    @Override
    public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
        return List.of(
            PreConfiguredTokenFilter.singleton("asciifolding", true, ASCIIFoldingFilter::new),
            PreConfiguredTokenFilter.singleton("trim", true, TrimFilter::new),
            PreConfiguredTokenFilter.singleton("porter_stem", false, PorterStemFilter::new),
            PreConfiguredTokenFilter.singleton("russian_stem", false, words -> new SnowballFilter(words, "Russian")),
            PreConfiguredTokenFilter.singleton("reverse", false, ReverseStringFilter::new),
            PreConfiguredTokenFilter.singleton("keyword_repeat", false, KeywordRepeatFilter::new),
            PreConfiguredTokenFilter.singleton("remove_duplicates", false, RemoveDuplicatesTokenFilter::new));
    }

    // Options that several parts share.

    private static int shortest(Settings options) {
        return options.getAsInt("min_gram", 1);
    }

    private static int longest(Settings options) {
        return options.getAsInt("max_gram", 2);
    }

    private static boolean keepsOriginal(Settings options) {
        return options.getAsBoolean("preserve_original", false);
    }

    // Parts that are more than one call.

    private static UnaryOperator<Reader> mapping(Settings options) {
        NormalizeCharMap.Builder pairs = new NormalizeCharMap.Builder();
        for (String rule : options.getAsList("mappings")) {
            int arrow = rule.indexOf("=>");
            if (arrow < 0) {
                throw new IllegalArgumentException("a mapping reads 'from => to', not [" + rule + "]");
            }
            pairs.add(rule.substring(0, arrow).strip(), rule.substring(arrow + 2).strip());
        }
        NormalizeCharMap all = pairs.build();
        return text -> new MappingCharFilter(all, text);
    }

    private static UnaryOperator<Reader> replacing(Settings options) {
        Pattern pattern = Pattern.compile(options.get("pattern"));
        String replacement = options.get("replacement", "");
        return text -> new PatternReplaceCharFilter(pattern, replacement, text);
    }

    private static UnaryOperator<TokenStream> replacingWords(Settings options) {
        Pattern pattern = Pattern.compile(options.get("pattern"));
        String replacement = options.get("replacement", "");
        boolean everywhere = options.getAsBoolean("all", true);
        return words -> new PatternReplaceFilter(words, pattern, replacement, everywhere);
    }

    private static UnaryOperator<TokenStream> stemmer(String language) {
        return switch (language.toLowerCase(Locale.ROOT)) {
            case "english", "porter" -> PorterStemFilter::new;
            case "light_english" -> KStemFilter::new;
            case "porter2" -> snowball("English");
            case "possessive_english" -> EnglishPossessiveFilter::new;
            case "russian" -> snowball("Russian");
            case "light_russian" -> RussianLightStemFilter::new;
            default -> throw new IllegalArgumentException("no stemmer for [" + language + "] on this test server");
        };
    }

    private static UnaryOperator<TokenStream> snowball(String language) {
        return words -> new SnowballFilter(words, language);
    }

    // From a part and its options to the factories that the server asks for.

    /** The server makes one of each part without options beside those of the index, unless it is told not to. */
    private static <T> AnalysisProvider<T> onlyWithOptions(AnalysisProvider<T> part) {
        return AnalysisPlugin.requiresAnalysisSettings(part);
    }

    private static AnalysisProvider<TokenFilterFactory> plain(Function<Settings, UnaryOperator<TokenStream>> part) {
        return (index, environment, name, options) -> new WordStep(name, part.apply(options));
    }

    private static AnalysisProvider<TokenFilterFactory> normalizing(Function<Settings, UnaryOperator<TokenStream>> part) {
        return (index, environment, name, options) -> new NormalizingWordStep(name, part.apply(options));
    }

    private static AnalysisProvider<CharFilterFactory> plainChars(Function<Settings, UnaryOperator<Reader>> part) {
        return (index, environment, name, options) -> new CharStep(name, part.apply(options));
    }

    private static AnalysisProvider<CharFilterFactory> normalizingChars(Function<Settings, UnaryOperator<Reader>> part) {
        return (index, environment, name, options) -> new NormalizingCharStep(name, part.apply(options));
    }

    private static AnalysisProvider<TokenizerFactory> tokenizer(Function<Settings, Supplier<Tokenizer>> part) {
        return (index, environment, name, options) -> new Splitter(name, part.apply(options));
    }

    private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> analyzer(Supplier<Analyzer> made) {
        return (index, environment, name, options) -> new Ready(name, made.get());
    }

    private static class WordStep extends AbstractTokenFilterFactory {
        private final UnaryOperator<TokenStream> part;

        WordStep(String name, UnaryOperator<TokenStream> part) {
            super(name);
            this.part = part;
        }

        @Override
        public TokenStream create(TokenStream words) {
            return part.apply(words);
        }
    }

    private static final class NormalizingWordStep extends WordStep implements NormalizingTokenFilterFactory {
        NormalizingWordStep(String name, UnaryOperator<TokenStream> part) {
            super(name, part);
        }
    }

    private static class CharStep extends AbstractCharFilterFactory {
        private final UnaryOperator<Reader> part;

        CharStep(String name, UnaryOperator<Reader> part) {
            super(name);
            this.part = part;
        }

        @Override
        public Reader create(Reader text) {
            return part.apply(text);
        }
    }

    private static final class NormalizingCharStep extends CharStep implements NormalizingCharFilterFactory {
        NormalizingCharStep(String name, UnaryOperator<Reader> part) {
            super(name, part);
        }
    }

    private static final class Splitter extends AbstractTokenizerFactory {
        private final Supplier<Tokenizer> part;

        Splitter(String name, Supplier<Tokenizer> part) {
            super(name);
            this.part = part;
        }

        @Override
        public Tokenizer create() {
            return part.get();
        }
    }

    private static final class Ready extends AbstractIndexAnalyzerProvider<Analyzer> {
        private final Analyzer analyzer;

        Ready(String name, Analyzer analyzer) {
            super(name);
            this.analyzer = analyzer;
        }

        @Override
        public Analyzer get() {
            return analyzer;
        }
    }
}
