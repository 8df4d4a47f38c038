// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server on loopback that reads the head of a request, writes the bytes it was given, and closes the connection. What
 * it writes is nobody's notion of HTTP but the test's.
 */
public final class RawServer implements AutoCloseable {

    private final ServerSocket server;
    private final BlockingQueue<List<byte[]>> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

    /** Starts listening at a port of its own. */
    public RawServer() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread thread = new Thread(this::serve, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The pieces to answer the next request with, each in a write of its own; none breaks the connection off. */
    public void answer(List<byte[]> pieces) {
        answers.add(pieces);
    }

    /** The head of the next request that has come, or null when none has. */
    public String head() {
        return heads.poll();
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
                socket.setTcpNoDelay(true);
                heads.add(readHead(socket.getInputStream()));
                List<byte[]> pieces = answers.poll();
                OutputStream out = socket.getOutputStream();
                for (byte[] piece : pieces == null ? List.<byte[]>of() : pieces) {
                    out.write(piece);
                    out.flush();
                }
            } catch (IOException e) {
                // the client has gone, or the test is over
            }
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                break;
            }
            head.append((char) c);
        }
        return head.toString();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
