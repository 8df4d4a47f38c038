// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Serves HTTP/1.0 and 1.1 over plain sockets as Go's net/http does, because faults need control over every byte. Starts
 * and closes once. One daemon thread accepts connections, and one serves each connection.
 */
public final class HttpServer implements AutoCloseable {
    private static final int JOIN_MILLIS = 5_000;

    private final ServerSocket listener;
    private final String name;
    private final Duration idle;
    private final InstantSource clock;
    private final Service service;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Map<Thread, Socket> connections = new HashMap<>();
    private final Thread acceptor;

    /** Replies to requests, on the connection's thread. */
    public interface Service {
        Reply reply(HttpRequest request);
    }

    /**
     * An answer, if any, and how it is delivered.
     *
     * @param answer null if none is sent
     * @param delivery how the answer is sent, or what happens instead
     * @param delay before anything is sent, in real time
     * @param perByte the pause after each byte of a dripping answer
     * @param size length of an oversize body; {@code Long.MAX_VALUE} is endless
     */
    public record Reply(@Nullable HttpAnswer answer, Delivery delivery, Duration delay, Duration perByte, long size) {

        /** Returns a reply that sends the whole answer at once. */
        public static Reply of(HttpAnswer answer) {
            return new Reply(answer, Delivery.WHOLE, Duration.ZERO, Duration.ZERO, 0);
        }
    }

    public HttpServer(String name, InetAddress address, int port, Duration idle, InstantSource clock, Service service)
            throws IOException {
        this.name = name;
        this.idle = idle;
        this.clock = clock;
        this.service = service;
        this.listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(new InetSocketAddress(address, port), 1024);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
        this.acceptor = daemon(this::accept, name + "-" + listener.getLocalPort());
    }

    public void start() {
        acceptor.start();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Stops listening, breaks open connections, and waits up to five seconds for the server's threads. */
    @Override
    public void close() {
        List<Thread> threads;
        synchronized (connections) {
            closed.countDown();
            closeQuietly(listener);
            connections.values().forEach(HttpServer::closeQuietly);
            threads = new ArrayList<>(connections.keySet());
        }
        threads.add(acceptor);
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(JOIN_MILLIS);
        for (Thread thread : threads) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (!thread.equals(Thread.currentThread()) && left > 0) {
                try {
                    thread.join(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private void accept() {
        while (closed.getCount() > 0) {
            try {
                serveOnOwnThread(listener.accept());
            } catch (IOException e) {
                // the server was closed, or the client disconnected before it was accepted
            }
        }
    }

    private void serveOnOwnThread(Socket socket) {
        synchronized (connections) {
            if (closed.getCount() == 0) {
                closeQuietly(socket);
                return;
            }
            Thread thread = daemon(() -> serve(socket), name + "-" + port() + "-client-" + socket.getPort());
            connections.put(thread, socket);
            thread.start();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            new Connection(socket, idle, clock, closed).serve(service);
        } catch (IOException e) {
            // the client disconnected or was silent for too long, or the server was closed
        } finally {
            synchronized (connections) {
                connections.remove(Thread.currentThread());
            }
        }
    }

    private static Thread daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        return thread;
    }

    private static void closeQuietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException e) {
            // it is not used again
        }
    }
}
