// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

/**
 * The order of a chain's sources, while it is built: adds, replaces and removes sources by name, and sets what a failure
 * of each does. A call that refers to a name the chain does not have, or adds one that it has, throws an {@link
 * IllegalArgumentException} that lists the names.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @param <T> the credentials' type
 */
public interface SourceOrder<T> {

    /**
     * Adds a source after all others.
     *
     * @param name its name, new to the chain
     * @param source the source, closed with the chain
     * @return this order
     */
    SourceOrder<T> add(SourceName name, ChainSource<T> source);

    /**
     * Inserts a source before another.
     *
     * @param anchor the name of the source before which it goes, which may have been removed
     * @param name its name, new to the chain
     * @param source the source, closed with the chain
     * @return this order
     */
    SourceOrder<T> before(SourceName anchor, SourceName name, ChainSource<T> source);

    /**
     * Inserts a source after another.
     *
     * @param anchor the name of the source after which it goes, which may have been removed
     * @param name its name, new to the chain
     * @param source the source, closed with the chain
     * @return this order
     */
    SourceOrder<T> after(SourceName anchor, SourceName name, ChainSource<T> source);

    /**
     * Replaces a source.
     *
     * @param name the name of a source of the chain
     * @param source the source that takes its place, closed with the chain
     * @return this order
     */
    SourceOrder<T> replace(SourceName name, ChainSource<T> source);

    /**
     * Removes a source. Others can still be inserted before and after its name.
     *
     * @param name the name of a source of the chain
     * @return this order
     */
    SourceOrder<T> remove(SourceName name);

    /**
     * Sets what happens when a configured source fails, for all sources for which nothing else is set. Default: {@link
     * OnFailure#STOP}.
     *
     * @param onFailure what happens
     * @return this order
     */
    SourceOrder<T> onFailure(OnFailure onFailure);

    /**
     * Sets what happens when one source fails.
     *
     * @param name the name of a source of the chain
     * @param onFailure what happens
     * @return this order
     */
    SourceOrder<T> onFailure(SourceName name, OnFailure onFailure);

    /**
     * Sets whether a selected source is kept until it is withdrawn. Default: true. Otherwise every call goes through the
     * sources in order.
     *
     * @param reuseSource true to keep it
     * @return this order
     */
    SourceOrder<T> reuseSource(boolean reuseSource);
}
