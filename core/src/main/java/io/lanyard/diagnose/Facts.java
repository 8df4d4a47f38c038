// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.report.TokenClaims;
import java.util.EnumMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The names that are known where a problem was found. Immutable, safe for use by any thread. */
public final class Facts {

    private static final Facts NONE = new Facts(new EnumMap<>(Fact.class));

    private final EnumMap<Fact, String> values;

    private Facts(EnumMap<Fact, String> values) {
        this.values = values;
    }

    /**
     * Returns no facts.
     *
     * @return the empty facts
     */
    public static Facts none() {
        return NONE;
    }

    /**
     * Returns the names that a service account token states.
     *
     * @param claims the claims of the token
     * @return namespace, service account and pod, as far as the token states them
     */
    public static Facts of(TokenClaims claims) {
        return NONE.with(Fact.NAMESPACE, claims.namespace().orElse(null))
                .with(Fact.SERVICE_ACCOUNT, claims.serviceAccount().orElse(null))
                .with(Fact.POD, claims.pod().orElse(null));
    }

    /**
     * Returns these facts and one more. A value that does not have the shape of such a name is left out.
     *
     * @param fact what the value is
     * @param value the value, or null where it is not known
     * @return the facts
     */
    public Facts with(Fact fact, @Nullable String value) {
        if (value == null || !fact.fits(value)) {
            return this;
        }
        EnumMap<Fact, String> more = new EnumMap<>(values);
        more.put(fact, value);
        return new Facts(more);
    }

    /**
     * Returns these facts, completed by others where a value is missing.
     *
     * @param others the other facts
     * @return the facts
     */
    public Facts or(Facts others) {
        EnumMap<Fact, String> more = new EnumMap<>(others.values);
        more.putAll(values);
        return new Facts(more);
    }

    /**
     * Returns one value.
     *
     * @param fact which
     * @return the value; empty where it is not known
     */
    public Optional<String> get(Fact fact) {
        return Optional.ofNullable(values.get(fact));
    }

    /** Fills the gaps of a text; a gap without a value gets the name of the fact in capitals. */
    String fill(String text) {
        if (text.indexOf('{') < 0) {
            return text;
        }
        String filled = text;
        for (Fact fact : Fact.values()) {
            String value = values.get(fact);
            filled = filled.replace(fact.gap(), value == null ? fact.placeholder() : value);
        }
        return filled;
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
