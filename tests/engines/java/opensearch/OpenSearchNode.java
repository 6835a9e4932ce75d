import java.io.IOException;
import java.nio.file.Path;
import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * Runs one OpenSearch node on 127.0.0.1 until it is told to stop.
 * Arguments: the folder of the data, the HTTP port, the port between nodes.
 */
public final class OpenSearchNode {
    private OpenSearchNode() {}

    public static void main(String[] arguments) throws Exception {
        Path data = Path.of(arguments[0]);
        OpenSearchRunner runner = new OpenSearchRunner();
        runner.onBuild((node, settings) -> {
            settings.put("network.host", "127.0.0.1");
            settings.put("http.port", arguments[1]);
            settings.put("transport.port", arguments[2]);
            settings.put("discovery.type", "single-node");
            settings.putList("path.repo", data.resolve("snapshots").toString());
            // A test machine's full disk must not make every index read-only.
            settings.put("cluster.routing.allocation.disk.threshold_enabled", false);
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(runner)));
        runner.build(OpenSearchRunner.newConfigs().basePath(data.toString()).clusterName("dossier-opensearch").numOfNode(1).useLogger());
        Thread.currentThread().join();
    }

    private static void close(OpenSearchRunner runner) {
        try {
            runner.close();
        } catch (IOException failure) {
            failure.printStackTrace();
        }
    }
}
