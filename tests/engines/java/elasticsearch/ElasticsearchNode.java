import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node on 127.0.0.1 until it is told to stop.
 * Arguments: the folder of the program, the folder of the data, the HTTP port, the port between nodes.
 */
public final class ElasticsearchNode {
    private ElasticsearchNode() {}

    public static void main(String[] arguments) throws Exception {
        LogConfigurator.configureESLogging();
        Path program = Path.of(arguments[0]);
        Path data = Path.of(arguments[1]);
        Settings settings = settings(program, data, arguments[2], arguments[3]);
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
            settings, Map.of(), Files.createDirectories(data.resolve("config")), () -> "dossier-1");
        Files.createDirectories(environment.logsDir());
        // The modules sit beside the jars as in the full distribution; there are no plugins.
        PluginsLoader modules = PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(environment.modulesDir(), true), Set.of(), Map.of(), false);
        Node node = new Node(environment, modules);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
        node.start();
        Thread.currentThread().join();
    }

    private static Settings settings(Path program, Path data, String httpPort, String nodePort) {
        return Settings.builder()
            .put("path.home", program)
            .put("path.data", data.resolve("indices"))
            .put("path.logs", data.resolve("logs"))
            .put("path.repo", data.resolve("snapshots"))
            .put("cluster.name", "dossier-elasticsearch")
            .put("node.name", "dossier-1")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", httpPort)
            .put("transport.port", nodePort)
            // A test machine's full disk must not make every index read-only.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
    }

    private static void close(Node node) {
        try {
            node.close();
        } catch (Exception failure) {
            failure.printStackTrace();
        }
    }
}
