// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a process finds set when it starts, and how the services are that it may ask: all that decides where a default
 * chain gets credentials from. Knows of each source how it stands.
 */
record SetUp(
        Keys properties,
        Keys variables,
        WebIdentity webIdentity,
        Profiles profiles,
        ContainerKind container,
        Metadata metadata,
        boolean stsThrottled) {

    static final SetUp NOTHING = new SetUp(
            Keys.NONE,
            Keys.NONE,
            WebIdentity.NONE,
            Profiles.NONE,
            ContainerKind.UNSET,
            new Metadata(Metadata.Service.OFF, null, false),
            false);

    /** Keys that are set outright. */
    record Keys(Value keyId, Value secret, Value token, Value account) {
        static final Keys NONE = new Keys(Value.UNSET, Value.UNSET, Value.UNSET, Value.UNSET);
        static final Keys COMPLETE = new Keys(Value.SET, Value.SET, Value.UNSET, Value.UNSET);

        void put(Map<String, String> settings, List<String> names, String owner) {
            keyId.put(settings, names.get(0), "AKIA" + owner);
            secret.put(settings, names.get(1), "CANARY-" + owner);
            token.put(settings, names.get(2), "CANARY-token-" + owner);
            account.put(settings, names.get(3), "666677778888");
        }

        Standing standing(String owner) {
            return keyId.isSet() && secret.isSet() ? Standing.answers("AKIA" + owner) : Standing.ABSENT;
        }
    }

    /** The settings of IRSA. */
    record WebIdentity(Value role, Value tokenFile, boolean asProperties, boolean allowed, boolean fileIsThere) {
        static final WebIdentity NONE = new WebIdentity(Value.UNSET, Value.UNSET, false, true, true);
        static final WebIdentity COMPLETE = new WebIdentity(Value.SET, Value.SET, false, true, true);

        void put(Map<String, String> settings, World world) {
            role.put(
                    settings,
                    asProperties ? "aws.roleArn" : "AWS_ROLE_ARN",
                    allowed ? World.IRSA_ROLE : World.FORBIDDEN_ROLE);
            tokenFile.put(
                    settings,
                    asProperties ? "aws.webIdentityTokenFile" : "AWS_WEB_IDENTITY_TOKEN_FILE",
                    fileIsThere ? world.irsaToken.toString() : "/nowhere/token");
        }

        Standing standing(boolean noSts) {
            return role.isSet() && tokenFile.isSet()
                    ? Standing.answersUnless(noSts || !allowed || !fileIsThere, World.IRSA_ROLE)
                    : Standing.ABSENT;
        }
    }

    /** The files with their profiles default and work, and which of them is asked for. */
    record Profiles(
            @Nullable ProfileKind ofDefault,
            @Nullable ProfileKind ofWork,
            Name name,
            Place place,
            boolean inConfigFile,
            boolean malformed) {
        static final Profiles NONE = new Profiles(null, null, Name.UNSET, Place.HOME, false, false);

        enum Name {
            UNSET,
            EMPTY,
            WORK,
            WORK_BY_PROPERTY,
            OF_NOBODY
        }

        enum Place {
            HOME,
            VARIABLES,
            PROPERTIES
        }

        static Profiles ofDefault(ProfileKind kind) {
            return new Profiles(kind, null, Name.UNSET, Place.HOME, false, false);
        }

        void put(Map<String, String> variables, Map<String, String> properties, World world) {
            switch (name) {
                case UNSET -> {}
                case EMPTY -> variables.put("AWS_PROFILE", "");
                case WORK -> variables.put("AWS_PROFILE", "work");
                case WORK_BY_PROPERTY -> properties.put("aws.profile", "work");
                case OF_NOBODY -> variables.put("AWS_PROFILE", "nobody");
            }
            // elsewhere there is nothing, so that whoever looks there finds nothing
            variables.put(
                    "HOME",
                    place == Place.HOME
                            ? world.home.toString()
                            : world.home.resolve("other").toString());
            String config = world.home.resolve(".aws/config").toString();
            String credentials = world.home.resolve(".aws/credentials").toString();
            if (place == Place.VARIABLES) {
                variables.put("AWS_CONFIG_FILE", config);
                variables.put("AWS_SHARED_CREDENTIALS_FILE", credentials);
            } else if (place == Place.PROPERTIES) {
                properties.put("aws.configFile", config);
                properties.put("aws.sharedCredentialsFile", credentials);
            }
        }

        void write(World world) {
            world.deleteFile("config");
            world.deleteFile("credentials");
            if (ofDefault == null && ofWork == null && !malformed) {
                return;
            }
            StringBuilder profiles = new StringBuilder();
            if (ofDefault != null) {
                profiles.append("[default]\n").append(ofDefault.properties(world));
            }
            if (ofWork != null) {
                profiles.append(inConfigFile ? "[profile work]\n" : "[work]\n").append(ofWork.properties(world));
            }
            if (malformed) {
                profiles.append("[oops\n");
            }
            String sources = """
                    [base]
                    aws_access_key_id = AKIABASE
                    aws_secret_access_key = CANARY-base
                    [half]
                    aws_access_key_id = AKIAHALF
                    [contained]
                    role_arn = %s
                    credential_source = EcsContainer
                    """.formatted(World.PROFILE_ROLE);
            world.writeFile("credentials", inConfigFile ? sources : sources + profiles);
            if (inConfigFile) {
                world.writeFile("config", profiles.toString());
            }
        }
    }

    /** The instance metadata service, and what is said of whether it may be asked. */
    record Metadata(Service service, @Nullable String disabled, boolean asProperty) {

        enum Service {
            OFF,
            WITHOUT_ROLE,
            ANSWERS
        }

        void put(Map<String, String> variables, Map<String, String> properties, World world) {
            variables.put(
                    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                    service == Service.OFF
                            ? world.closedUri()
                            : world.metadata.endpoint().toString());
            if (disabled != null) {
                if (asProperty) {
                    properties.put("aws.disableEc2Metadata", disabled);
                } else {
                    variables.put("AWS_EC2_METADATA_DISABLED", disabled);
                }
            }
        }

        /** The SDK's provider, as any client of its, reads the profile files too, and fails over one that is malformed. */
        Standing standing(boolean malformedFile) {
            String flag = disabled == null ? "false" : disabled.trim();
            if (flag.equalsIgnoreCase("true")) {
                return Standing.ABSENT;
            }
            return Standing.answersUnless(
                    malformedFile || service != Service.ANSWERS || !flag.equalsIgnoreCase("false"), World.NODE_ROLE);
        }
    }

    /** STS knows the keys, and no session of theirs. */
    private static final Set<@Nullable ProfileKind> SESSIONS =
            EnumSet.of(ProfileKind.KEYS_AND_TOKEN, ProfileKind.BLANK_TOKEN);

    private static final List<String> VARIABLES =
            List.of("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCOUNT_ID");
    private static final List<String> PROPERTIES =
            List.of("aws.accessKeyId", "aws.secretAccessKey", "aws.sessionToken", "aws.accountId");

    SetUp withProperties(Keys keys) {
        return new SetUp(keys, variables, webIdentity, profiles, container, metadata, stsThrottled);
    }

    SetUp with(Keys keys) {
        return new SetUp(properties, keys, webIdentity, profiles, container, metadata, stsThrottled);
    }

    SetUp with(WebIdentity identity) {
        return new SetUp(properties, variables, identity, profiles, container, metadata, stsThrottled);
    }

    SetUp with(Profiles files) {
        return new SetUp(properties, variables, webIdentity, files, container, metadata, stsThrottled);
    }

    SetUp with(ContainerKind kind) {
        return new SetUp(properties, variables, webIdentity, profiles, kind, metadata, stsThrottled);
    }

    SetUp with(Metadata service) {
        return new SetUp(properties, variables, webIdentity, profiles, container, service, stsThrottled);
    }

    SetUp throttled() {
        return new SetUp(properties, variables, webIdentity, profiles, container, metadata, true);
    }

    /** The settings that make it true in that world. */
    record Settings(Map<String, String> variables, Map<String, String> properties) {}

    /** Makes files and services such, and tells what must be set. */
    Settings in(World world) {
        Map<String, String> variablesSet = new HashMap<>(container.variables(world));
        Map<String, String> propertiesSet = new HashMap<>(world.quickAndHere());
        propertiesSet.putAll(container.properties(world));
        properties.put(propertiesSet, PROPERTIES, "PROPERTIES");
        variables.put(variablesSet, VARIABLES, "VARIABLES");
        webIdentity.put(webIdentity.asProperties() ? propertiesSet : variablesSet, world);
        profiles.put(variablesSet, propertiesSet, world);
        metadata.put(variablesSet, propertiesSet, world);
        profiles.write(world);
        world.throttle(stsThrottled);
        if (metadata.service() == Metadata.Service.ANSWERS) {
            world.metadata.role(World.NODE_ROLE);
        } else {
            world.metadata.removeRole();
        }
        return new Settings(variablesSet, propertiesSet);
    }

    Standing standingOfProfileForUs() {
        return standingOfProfile(container.standingForUs());
    }

    /** A file that cannot be read is not absent: nobody knows what it says. */
    private Standing standingOfProfile(Standing ofContainer) {
        if (profiles.malformed()) {
            return Standing.FAILS;
        }
        return switch (profiles.name()) {
            case UNSET -> standing(profiles.ofDefault(), "default", ofContainer);
            case WORK, WORK_BY_PROPERTY -> standing(profiles.ofWork(), "work", ofContainer);
            case EMPTY, OF_NOBODY -> Standing.ABSENT;
        };
    }

    private Standing standing(@Nullable ProfileKind kind, String name, Standing ofContainer) {
        return kind == null ? Standing.ABSENT : kind.standing(this, name, ofContainer);
    }

    /** Of a role that is assumed with the credentials of the profile default. */
    Standing standingOfRoleOfDefault(Standing ofContainer) {
        Standing source = standing(profiles.ofDefault(), "default", ofContainer);
        return source.isThere()
                ? Standing.answersUnless(
                        source.who() == null || stsThrottled || SESSIONS.contains(profiles.ofDefault()),
                        World.PROFILE_ROLE)
                : Standing.ABSENT;
    }

    /** The sources in order, as the SDK's chain has to do with them. */
    List<Standing> standingsForSdk() {
        return standings(container.standingForSdk(), standingOfMetadata());
    }

    /** The sources in order, as ours has: beside a container there is no node's role. */
    List<Standing> standingsForUs() {
        Standing ofContainer = container.standingForUs();
        return standings(ofContainer, ofContainer.isThere() ? Standing.ABSENT : standingOfMetadata());
    }

    private Standing standingOfMetadata() {
        return metadata.standing(profiles.malformed());
    }

    private List<Standing> standings(Standing ofContainer, Standing ofMetadata) {
        List<Standing> standings = new ArrayList<>();
        standings.add(properties.standing("PROPERTIES"));
        standings.add(variables.standing("VARIABLES"));
        standings.add(webIdentity.standing(stsThrottled || profiles.malformed()));
        standings.add(standingOfProfile(ofContainer));
        standings.add(ofContainer);
        standings.add(ofMetadata);
        return standings;
    }
}
