// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

/** What a profile may have in it. Beside it there are always a profile {@code base} with keys and one with half of them. */
enum ProfileKind {
    EMPTY("region = us-west-2"),
    KEYS("""
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile"""),
    KEYS_AND_TOKEN("""
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile
            aws_session_token = CANARY-profile-token
            aws_account_id = 222233334444"""),
    KEY_ALONE("aws_access_key_id = AKIAPROFILE"),
    SECRET_ALONE("aws_secret_access_key = CANARY-profile"),
    TOKEN_WITHOUT_SECRET("""
            aws_access_key_id = AKIAPROFILE
            aws_session_token = CANARY-profile-token"""),
    BLANK_KEY("""
            aws_access_key_id =
            aws_secret_access_key = CANARY-profile"""),
    BLANK_SECRET("""
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key ="""),
    BLANK_TOKEN("""
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile
            aws_session_token ="""),
    ROLE("""
            role_arn = %s
            source_profile = base""".formatted(World.PROFILE_ROLE)),
    BLANK_ROLE("""
            role_arn =
            source_profile = base"""),
    ROLE_BESIDE_KEYS("""
            role_arn = %s
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile""".formatted(World.PROFILE_ROLE)),
    ROLE_WITHOUT_SOURCE("role_arn = " + World.PROFILE_ROLE),
    ROLE_OF_A_MISSING_SOURCE("""
            role_arn = %s
            source_profile = nobody""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_HALF_A_SOURCE("""
            role_arn = %s
            source_profile = half""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_DEFAULT("""
            role_arn = %s
            source_profile = default""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_TWO_SOURCES("""
            role_arn = %s
            source_profile = base
            credential_source = Environment""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_AN_UNKNOWN_SOURCE("""
            role_arn = %s
            credential_source = Nowhere""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_A_BLANK_SOURCE("""
            role_arn = %s
            credential_source =""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_THE_CONTAINER("""
            role_arn = %s
            credential_source = EcsContainer""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_A_PROFILE_OF_THE_CONTAINER("""
            role_arn = %s
            source_profile = contained""".formatted(World.PROFILE_ROLE)),
    ROLE_OF_THE_NODE("""
            role_arn = %s
            credential_source = Ec2InstanceMetadata""".formatted(World.PROFILE_ROLE)),
    /** Where the environment has keys, it comes first; so these never answer. */
    ROLE_OF_THE_ENVIRONMENT("""
            role_arn = %s
            credential_source = Environment""".formatted(World.PROFILE_ROLE)),
    WEB_IDENTITY("""
            role_arn = %s
            web_identity_token_file = ${token}""".formatted(World.PROFILE_ROLE)),
    WEB_IDENTITY_WITHOUT_FILE("""
            role_arn = %s
            web_identity_token_file = /nowhere/token""".formatted(World.PROFILE_ROLE)),
    WEB_IDENTITY_WITH_BLANK_FILE("""
            role_arn = %s
            web_identity_token_file =""".formatted(World.PROFILE_ROLE)),
    PROCESS("""
            credential_process = echo '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"CANARY-process"}'"""),
    PROCESS_THAT_FAILS("credential_process = exit 1"),
    BLANK_PROCESS("credential_process ="),
    SSO_WITHOUT_ACCOUNT("""
            sso_start_url = https://example.com/start
            sso_region = us-west-2"""),
    SSO_OF_A_MISSING_SESSION("""
            sso_session = nowhere
            sso_account_id = 222233334444
            sso_role_name = reader"""),
    /** Complete, but the SDK's module for it is not on the class path. */
    SSO_WITHOUT_MODULE("""
            sso_start_url = https://example.com/start
            sso_region = us-west-2
            sso_account_id = 222233334444
            sso_role_name = reader"""),
    LOGIN_WITHOUT_MODULE("login_session = arn:aws:iam::222233334444:user/reader"),
    LOGIN_BESIDE_KEYS("""
            login_session = arn:aws:iam::222233334444:user/reader
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile"""),
    SSO_SCOPES_BESIDE_KEYS("""
            sso_registration_scopes = sso:account:access
            aws_access_key_id = AKIAPROFILE
            aws_secret_access_key = CANARY-profile""");

    private final String properties;

    ProfileKind(String properties) {
        this.properties = properties;
    }

    String properties(World world) {
        return properties.replace("${token}", world.irsaToken.toString()) + "\n";
    }

    /**
     * Where a profile of this kind stands.
     *
     * @param ofContainer where the container stands, whose credentials the profile may start from
     */
    Standing standing(SetUp setUp, String name, Standing ofContainer) {
        boolean throttled = setUp.stsThrottled();
        return switch (this) {
            case EMPTY,
                    KEY_ALONE,
                    SECRET_ALONE,
                    TOKEN_WITHOUT_SECRET,
                    BLANK_KEY,
                    BLANK_SECRET,
                    BLANK_ROLE,
                    ROLE_WITHOUT_SOURCE,
                    ROLE_OF_A_MISSING_SOURCE,
                    ROLE_OF_HALF_A_SOURCE,
                    ROLE_OF_A_BLANK_SOURCE,
                    WEB_IDENTITY_WITH_BLANK_FILE,
                    BLANK_PROCESS,
                    SSO_WITHOUT_ACCOUNT,
                    SSO_OF_A_MISSING_SESSION,
                    SSO_WITHOUT_MODULE,
                    LOGIN_WITHOUT_MODULE,
                    LOGIN_BESIDE_KEYS,
                    ROLE_OF_THE_ENVIRONMENT -> Standing.ABSENT;
            case KEYS, KEYS_AND_TOKEN, BLANK_TOKEN, ROLE_BESIDE_KEYS, SSO_SCOPES_BESIDE_KEYS ->
                Standing.answers("AKIAPROFILE");
            case ROLE, WEB_IDENTITY -> Standing.answersUnless(throttled, World.PROFILE_ROLE);
            case ROLE_OF_DEFAULT ->
                name.equals("default") ? Standing.FAILS : setUp.standingOfRoleOfDefault(ofContainer);
            case ROLE_OF_THE_CONTAINER, ROLE_OF_A_PROFILE_OF_THE_CONTAINER -> role(ofContainer, throttled);
            case ROLE_OF_THE_NODE -> role(setUp.metadata().standing(false), throttled);
            case ROLE_OF_TWO_SOURCES, ROLE_OF_AN_UNKNOWN_SOURCE, WEB_IDENTITY_WITHOUT_FILE, PROCESS_THAT_FAILS ->
                Standing.FAILS;
            case PROCESS -> Standing.answers("AKIAPROCESS");
        };
    }

    /** A role without the credentials to assume it with is absent, as one without a complete source_profile is. */
    private static Standing role(Standing base, boolean throttled) {
        return base.isThere() ? Standing.answersUnless(throttled || base.who() == null, World.PROFILE_ROLE) : base;
    }
}
