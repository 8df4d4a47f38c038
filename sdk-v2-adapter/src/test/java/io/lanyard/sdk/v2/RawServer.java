// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Answers each connection with bytes, and records what it received; each connection stays open until the peer's end. */
final class RawServer implements AutoCloseable {

    /** Writes an answer; returns when nothing more is to be sent. */
    @FunctionalInterface
    interface Answer {
        void write(OutputStream to, CountDownLatch closed) throws IOException, InterruptedException;
    }

    private final ServerSocket server;
    private final Answer answer;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    RawServer(String address, Answer answer) throws IOException {
        this.answer = answer;
        this.server = new ServerSocket(0, 50, InetAddress.getByName(address));
        start(this::accept);
    }

    /** A server on 127.0.0.1 that sends the text and nothing more. */
    static RawServer answering(String text) throws IOException {
        return new RawServer("127.0.0.1", (to, closed) -> to.write(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    int port() {
        return server.getLocalPort();
    }

    /** The first bytes of each connection: a request's head, or the beginning of a TLS handshake. */
    List<String> received() {
        return received;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                connections.add(connection);
                start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            byte[] buffer = new byte[4096];
            String text = "";
            int read = 0;
            while (!text.contains("\r\n\r\n") && !text.startsWith("\u0016") && read >= 0) {
                read = in.read(buffer);
                head.write(buffer, 0, Math.max(0, read));
                text = head.toString(StandardCharsets.ISO_8859_1);
            }
            received.add(text);
            answer.write(connection.getOutputStream(), closed);
            while (in.read(buffer) >= 0) {
                // until the peer closes
            }
        } catch (IOException e) {
            // the peer has gone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
