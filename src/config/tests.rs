use std::ffi::OsString;
use std::path::Path;

use super::*;
use crate::store::Checkpoints;

const EXAMPLE: &str = include_str!("../../config.example.toml");

fn read_full(file: &str, environment: &[(&str, &str)], overrides: &Overrides) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, file).unwrap();
    let environment = environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    load_with(overrides, environment, path)
}

fn read(file: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    read_full(file, environment, &Overrides::default())
}

fn problem(file: &str, environment: &[(&str, &str)]) -> String {
    read(file, environment).unwrap_err().to_string()
}

fn defaults() -> Config {
    load_with(&Overrides::default(), [].into_iter(), PathBuf::from("/nowhere/config.toml")).unwrap()
}

fn values(config: &Config) -> Vec<(String, String)> {
    let report = config.report().iter();
    report.map(|s| (s.key.clone(), s.value.clone())).collect()
}

#[test]
fn the_defaults_are_what_the_contract_says() {
    let config = defaults();
    assert_eq!(config.server.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database.path, Path::new("data/communitytoken.db"));
    assert_eq!(config.database.checkpoints, Checkpoints::Own);
    assert_eq!(config.limits.recipients_per_distribution, 100);
    assert_eq!(config.limits.idempotency_days, 7);
    assert_eq!(config.limits.requests_per_minute, 300);
    assert_eq!(config.limits.connections, 2000);
    assert_eq!(config.limits.header.as_secs(), 10);
    assert!(config.community.directory);
    assert_eq!(config.sessions.idle.as_secs(), 14 * 24 * 3600);
    assert_eq!(config.sessions.absolute.as_secs(), 90 * 24 * 3600);
    assert_eq!(config.sessions.claimed_role.as_secs(), 12 * 3600);
    assert_eq!(config.sessions.fresh.as_secs(), 15 * 60);
    assert_eq!(config.log.format, LogFormat::Text);
    assert!(config.uses_developer_identity());
    assert!(config.report().iter().all(|s| s.origin == Origin::Default));
    config.check_serving().unwrap();
}

#[test]
fn the_example_file_is_true() {
    assert_eq!(values(&read(EXAMPLE, &[]).unwrap()), values(&defaults()));
    // A setting is commented out as "#key", an explanation as "# text".
    let mut settings = String::new();
    let mut provider = String::new();
    let mut in_provider = false;
    for line in EXAMPLE.lines() {
        let uncommented = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '));
        let line = uncommented.unwrap_or(line);
        in_provider = (in_provider && !line.starts_with('[')) || line == "[[identity.providers]]";
        let part = if in_provider { &mut provider } else { &mut settings };
        part.push_str(line);
        part.push('\n');
    }
    // A provider has no defaults, so it is no part of what must yield them.
    assert_eq!(values(&read(&settings, &[]).unwrap()), values(&defaults()));
    provider.parse::<toml::Table>().unwrap();
    for key in settings::keys() {
        let name = key.rsplit('.').next().unwrap();
        let part = if key.contains("[]") { &provider } else { &settings };
        let said = part.lines().any(|line| line.starts_with(&format!("{name} = ")));
        assert!(said, "the example does not mention {key}");
    }
    assert!(provider.contains("username_claim = \"preferred_username\""));
}

#[test]
fn flags_over_environment_over_file_over_default() {
    let file = "[server]\nbind = \"127.0.0.1:1\"\n[community]\nname = \"File\"\ntoken_name = \"leaf\"";
    let environment = [
        ("COMMUNITYTOKEN_SERVER__BIND", "127.0.0.1:2"),
        ("COMMUNITYTOKEN_COMMUNITY__NAME", "2026"),
        ("COMMUNITYTOKEN_COMMUNITY__TOKEN_SYMBOL", ""),
        ("COMMUNITYTOKEN_LIMITS__REQUESTS_PER_MINUTE", "0"),
        ("COMMUNITYTOKEN_COMMUNITY__DIRECTORY", "false"),
        ("COMMUNITYTOKEN_DATABASE__CHECKPOINTS", "external"),
        ("OTHER", "1"),
    ];
    let overrides = Overrides {
        bind: Some("127.0.0.1:3".parse().unwrap()),
        database: Some(PathBuf::from("here.db")),
        ..Overrides::default()
    };
    let config = read_full(file, &environment, &overrides).unwrap();
    assert_eq!(config.server.bind.port(), 3);
    assert_eq!(config.database.path, Path::new("here.db"));
    assert_eq!(config.database.checkpoints, Checkpoints::External);
    assert_eq!(config.community.name, "2026", "a name that looks like a number");
    assert_eq!(config.community.token_name, "leaf");
    assert_eq!(config.community.token_symbol, "¤", "empty is not set");
    assert_eq!(config.limits.requests_per_minute, 0);
    assert!(!config.community.directory);
    let origin = |key: &str| {
        let setting = config.report().iter().find(|s| s.key == key).unwrap();
        setting.origin.to_string()
    };
    assert_eq!(origin("server.bind"), "flag --bind");
    assert_eq!(origin("community.name"), "environment COMMUNITYTOKEN_COMMUNITY__NAME");
    assert!(origin("community.token_name").starts_with("file "));
    assert_eq!(origin("community.token_symbol"), "default");
}

#[test]
fn an_unknown_key_is_named_with_the_nearest() {
    let near = [
        ("[server]\nbnd = 1", "server.bnd", "Did you mean server.bind?"),
        ("[sever]\nbind = 1", "sever", "Did you mean server?"),
        ("[community]\ntimezone = 1", "community.timezone", "Did you mean community.time_zone?"),
        ("operators = []", "operators", "Did you mean identity.operators?"),
        (
            "[[identity.providers]]\nissuer=\"urn:a\"\naudience=\"b\"\njwks_fle=\"c\"",
            "identity.providers.0.jwks_fle",
            "Did you mean identity.providers.0.jwks_file?",
        ),
        ("[server.bind]\nport = 1", "server.bind", "must be text"),
    ];
    for (file, key, said) in near {
        let problem = problem(file, &[]);
        assert!(problem.contains(key) && problem.contains(said), "{problem}");
    }
    let said = problem("", &[("COMMUNITYTOKEN_SERVER_BIND", "x")]);
    assert!(said.contains("COMMUNITYTOKEN_SERVER_BIND names no setting"), "{said}");
    assert!(said.contains("Did you mean COMMUNITYTOKEN_SERVER__BIND?"), "{said}");
}

#[test]
fn what_is_wrong_is_said_all_at_once() {
    let file = r#"
        [server]
        bind = "everywhere"
        public_url = "ftp://example.org"
        [community]
        name = ""
        time_zone = "Mars/Olympus"
        directory = "yes"
        [identity]
        operators = ["someone"]
        [limits]
        recipients_per_distribution = 0
        requests_per_minute = 1.5
        [database]
        checkpoints = "sometimes"
        [log]
        format = "xml"
        filter = "communitytoken=loud"
    "#;
    let error = read(file, &[]).unwrap_err();
    for key in [
        "server.bind",
        "server.public_url",
        "database.checkpoints",
        "community.name",
        "community.time_zone",
        "community.directory",
        "identity.operators",
        "limits.recipients_per_distribution",
        "limits.requests_per_minute",
        "log.format",
        "log.filter",
    ] {
        let said = error.problems.iter().filter(|p| p.starts_with(key)).count();
        assert_eq!(said, 1, "{key}: {error}");
    }
}

#[test]
fn providers_are_read_from_file_and_environment() {
    let directory = tempfile::tempdir().unwrap();
    let secret = directory.path().join("secret");
    std::fs::write(&secret, "hush\n").unwrap();
    let file = format!(
        "[identity]\noperators = [\"https://id.example.org|auth0|1\"]\n\
         [[identity.providers]]\nissuer = \"https://id.example.org/\"\naudience = \"a\"\n\
         client_secret_file = {:?}\n",
        secret.to_str().unwrap()
    );
    let environment = [
        ("COMMUNITYTOKEN_IDENTITY__PROVIDERS__0__AUDIENCE", "b"),
        ("COMMUNITYTOKEN_IDENTITY__PROVIDERS__1__ISSUER", "urn:second"),
        ("COMMUNITYTOKEN_IDENTITY__PROVIDERS__1__AUDIENCE", "c"),
        ("COMMUNITYTOKEN_IDENTITY__PROVIDERS__1__JWKS_FILE", "jwks.json"),
        ("COMMUNITYTOKEN_IDENTITY__PROVIDERS__1__CLIENT_SECRET", "whisper"),
        ("COMMUNITYTOKEN_IDENTITY__AUDITORS", "urn:second|x, urn:second|y"),
    ];
    let config = read(&file, &environment).unwrap();
    let [first, second] = config.identity.providers.as_slice() else {
        panic!("{:?}", config.identity);
    };
    assert_eq!(first.issuer, "https://id.example.org/", "kept to the last slash");
    assert_eq!(first.audience, "b");
    assert_eq!(first.client_secret.as_ref().unwrap().reveal(), "hush");
    assert_eq!(second.client_secret.as_ref().unwrap().reveal(), "whisper");
    assert_eq!(second.username_claim, "preferred_username");
    assert_eq!((first.name.as_str(), second.name.as_str()), ("id.example.org", "urn:second"));
    assert_eq!(second.scopes, ["openid", "profile"]);
    let short = read(
        "[[identity.providers]]\nissuer = \"https://a\"\nclient_id = \"c\"\nname = \"Club\"\nscopes = [\"openid\"]",
        &[],
    );
    let short = &short.unwrap().identity.providers[0];
    assert_eq!((short.audience.as_str(), short.name.as_str()), ("c", "Club"));
    assert_eq!(short.scopes, ["openid"]);
    assert_eq!(config.identity.operators[0].subject, "auth0|1");
    assert_eq!(config.identity.auditors.len(), 2);
    let shown = format!("{config:?}");
    assert!(!shown.contains("whisper") && !shown.contains("hush"), "{shown}");
    let all = read(
        &file,
        &[("COMMUNITYTOKEN_IDENTITY__PROVIDERS", "[{issuer = \"urn:only\", audience = \"a\", jwks_file = \"f\"}]")],
    );
    let providers = all.unwrap().identity.providers;
    assert_eq!(providers.len(), 1);
    assert_eq!(providers[0].issuer, "urn:only");
}

#[test]
fn providers_that_cannot_work_are_refused() {
    let block = |rest: &str| format!("[[identity.providers]]\n{rest}\n");
    for (rest, said) in [
        ("audience = \"a\"", "issuer (default) must not be empty"),
        ("issuer = \"https://a\"", "audience (default) must not be empty where there is no client_id"),
        ("issuer = \"urn:a\"\naudience = \"a\"", "set jwks_file or jwks_url"),
        ("issuer = \"urn:a\"\naudience = \"a\"\njwks_file = \"f\"\njwks_url = \"https://a\"", "one of them"),
        ("issuer = \"urn:a\"\naudience = \"a\"\njwks_url = \"file:///f\"", "http or https"),
        (
            "issuer = \"urn:communitytoken:developer\"\naudience = \"a\"\njwks_file = \"f\"",
            "cannot be a provider's issuer",
        ),
        ("issuer = \"urn:a\"\njwks_file = \"f\"\nclient_id = \"c\"", "anyone could sign in"),
        ("issuer = \"https://a\"\nclient_id = \"c\"\nscopes = [\"profile\"]", "must have \"openid\" among them"),
        (
            "issuer = \"https://a\"\nclient_id = \"c\"\n[server]\nbind = \"0.0.0.0:80\"",
            "server.public_url (default) must be set",
        ),
        ("issuer = \"https://a\"\naudience = \"a\"\nclient_secret_file = \"/nowhere/s\"", "cannot be read"),
        ("issuer = \"http://id.example.org\"\naudience = \"a\"", "allow_http"),
        ("issuer = \"http://id.example.org\"\nclient_id = \"c\"\njwks_file = \"f\"", "allow_http"),
        ("issuer = \"https://a\"\naudience = \"a\"\njwks_url = \"http://10.0.0.1/keys\"", "allow_http"),
        ("issuer = \"https://a\"\naudience = \"a\"\naccept_azp = true", "needs client_id"),
        ("issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"none\"]", "accepted are RS256"),
        ("issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"HS512\"]", "accepted are RS256"),
        ("issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"HS256\"]", "needs a client_secret"),
        (
            "issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"HS256\"]\nclient_secret = \"only thirty-one characters long\"",
            "needs a client_secret",
        ),
        ("issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"RS256\", \"HS256\"]", "HS256 alone"),
        ("issuer = \"https://a\"\naudience = \"a\"\nalgorithms = [\"HS256\"]\njwks_file = \"f\"", "take jwks_file"),
        ("issuer = \"https://a\"\naudience = \"a\"\nroles_claim = \"groups\"", "set together"),
        ("issuer = \"https://a\"\naudience = \"a\"\nauditor_roles = [\"look\"]", "set together"),
    ] {
        let problem = problem(&block(rest), &[]);
        assert!(problem.contains(said), "{problem}");
    }
    let one = block("issuer = \"https://a\"\naudience = \"a\"");
    let problem = problem(&format!("{one}{one}"), &[]);
    assert!(problem.contains("configured twice"), "{problem}");
}

/// Keys travel by HTTPS, or not beyond this machine, or over a network of one's own.
#[test]
fn keys_come_by_https_or_from_here() {
    for (address, by_default) in [
        ("https://id.example.org/", true),
        ("http://127.0.0.1:9000/realm", true),
        ("http://localhost:9000", true),
        ("http://[::1]:9000", true),
        ("http://id.example.org", false),
        ("http://localhost.example.org", false),
        ("http://127.0.0.1.example.org", false),
        ("http://0.0.0.0", false),
        ("http://169.254.169.254", false),
    ] {
        let block = format!("[[identity.providers]]\nissuer = \"{address}\"\naudience = \"a\"\n");
        assert_eq!(read(&block, &[]).is_ok(), by_default, "{address}");
        read(&format!("{block}allow_http = true"), &[]).unwrap();
    }
}

#[test]
fn the_developer_identity_is_for_this_machine() {
    let open = "[server]\nbind = \"0.0.0.0:80\"\n";
    let error = read(open, &[]).unwrap().check_serving().unwrap_err();
    assert!(error.to_string().contains("[[identity.providers]]"), "{error}");
    let with = format!("{open}[[identity.providers]]\nissuer = \"https://a\"\naudience = \"a\"\n");
    read(&with, &[]).unwrap().check_serving().unwrap();
    read("[server]\nbind = \"[::1]:80\"\n", &[]).unwrap().check_serving().unwrap();
}

#[test]
fn a_named_file_must_be_there_and_whole() {
    let missing = Overrides { config: Some(PathBuf::from("/nowhere/mine.toml")), ..Overrides::default() };
    let error = read_full("", &[], &missing).unwrap_err().to_string();
    assert!(error.contains("/nowhere/mine.toml"), "{error}");
    let error = problem("", &[("COMMUNITYTOKEN_CONFIG", "/nowhere/yours.toml")]);
    assert!(error.contains("/nowhere/yours.toml"), "{error}");
    let error = problem("[community]\nname = 'a'\nclient_secret = \"hush", &[]);
    assert!(error.contains("at line 3") && !error.contains("hush"), "{error}");
}

#[test]
fn distances_are_counted_in_letters() {
    for (from, to, far) in [("", "", 0), ("a", "", 1), ("bind", "bnd", 1), ("kitten", "sitting", 3)] {
        assert_eq!(layers::distance(from, to), far);
        assert_eq!(layers::distance(to, from), far);
    }
}

/// Passkeys are on by themselves only where they can work and nothing else signs members in; what
/// cannot work is refused with the reason.
#[test]
fn passkeys_need_https_and_a_name() {
    let provider = "[[identity.providers]]\nissuer = \"https://id.example.org\"\naudience = \"a\"\n";
    for (address, possible) in [
        ("https://tokens.example.org", true),
        ("https://raspberrypi.local:8443", true),
        ("http://localhost", true),
        ("http://localhost:8080", true),
        ("http://tokens.example.org", false),
        ("http://127.0.0.1:8080", false),
        ("https://192.168.1.5", false),
        ("https://[::1]", false),
        ("http://localhost.example.org", false),
    ] {
        let server = format!("[server]\npublic_url = \"{address}\"\n");
        let config = read(&server, &[]).unwrap();
        assert_eq!(config.identity.passkeys, possible, "{address}");
        assert_eq!(config.uses_developer_identity(), !possible, "{address}");
        assert!(!read(&format!("{server}{provider}"), &[]).unwrap().identity.passkeys, "{address}");
        assert!(!read(&format!("{server}[identity]\npasskeys = false\n"), &[]).unwrap().identity.passkeys);
        for more in ["", provider] {
            let asked = read(&format!("{server}[identity]\npasskeys = true\n{more}"), &[]);
            assert_eq!(asked.is_ok_and(|config| config.identity.passkeys), possible, "{address}");
        }
    }
    // Without an address, this machine's own name will do, as long as nobody else can reach it.
    assert!(!read("", &[]).unwrap().identity.passkeys);
    assert!(read("[identity]\npasskeys = true\n", &[]).unwrap().identity.passkeys);
    let open = "[server]\nbind = \"0.0.0.0:8080\"\n";
    assert!(problem(&format!("{open}[identity]\npasskeys = true\n"), &[]).contains("identity.passkeys"));
    assert!(problem("[identity]\npasskeys = 1\n", &[]).contains("must be true or false"));
    let with_name = "[server]\nbind = \"0.0.0.0:8080\"\npublic_url = \"https://tokens.example.org\"\n";
    read(with_name, &[]).unwrap().check_serving().unwrap();
}

/// What it costs to pay: exactly as it stands there, or refused with its field; nothing where nothing is set.
#[test]
fn fees_are_read_exactly() {
    let fees = |lines: &str| read(&format!("[fees]\n{lines}"), &[]).unwrap().fees;
    for nothing in ["", "percent = \"\"", "percent = \"0\"", "fixed = 0", "at_most = 5\nto = \"x\""] {
        assert_eq!(fees(nothing), None, "{nothing}");
    }
    let wallet = "0b8e5f44-9f3e-4c5d-8b1e-0a3d5c6b7a89";
    let read_all =
        fees(&format!("percent = \"1.5\"\nfixed = 2\nat_most = 10\nto = \"festival\"\nexempt = [\"{wallet}\"]"));
    let all = read_all.unwrap();
    assert_eq!((all.percent.parts(), all.fixed, all.at_most), (15_000, 2, Some(10)));
    assert_eq!((all.to.as_deref(), all.exempt.clone()), (Some("festival"), vec![wallet.parse().unwrap()]));
    for (text, parts) in [("0.0001", 1), ("2%", 20_000), ("100", 1_000_000), ("33.3333", 333_333), ("2.50 %", 25_000)] {
        assert_eq!(fees(&format!("percent = \"{text}\"")).unwrap().percent.parts(), parts, "{text}");
    }
    for wrong in ["100.0001", "101", "-1", "NaN", "inf", "two", "0.00001", "1e-9", "1,5"] {
        let said = problem(&format!("[fees]\npercent = \"{wrong}\""), &[]);
        assert!(said.starts_with("fees.percent "), "{wrong}: {said}");
    }
    for (lines, field) in [
        ("percent = 2", "fees.percent"),
        ("fixed = -1", "fees.fixed"),
        ("fixed = 1.5", "fees.fixed"),
        ("at_most = \"much\"", "fees.at_most"),
        ("exempt = [\"ann\"]", "fees.exempt"),
    ] {
        let said = problem(&format!("[fees]\n{lines}"), &[]);
        assert!(said.starts_with(&format!("{field} ")), "{said}");
    }
    let environment = [("COMMUNITYTOKEN_FEES__PERCENT", "2"), ("COMMUNITYTOKEN_FEES__FIXED", "1")];
    let fees = read("", &environment).unwrap().fees.unwrap();
    assert_eq!((fees.percent.parts(), fees.fixed), (20_000, 1));
}

#[test]
fn a_domain_brings_the_rest() {
    let flag = Overrides { domain: Some("Tokens.Example.org".to_owned()), ..Overrides::default() };
    let config = read_full("", &[], &flag).unwrap();
    let https = config.https.as_ref().unwrap();
    assert_eq!(https.domains, ["tokens.example.org"]);
    assert_eq!(https.directory.as_str(), "https://acme-v02.api.letsencrypt.org/directory");
    assert_eq!(https.folder, Path::new("data/https"));
    assert_eq!(https.redirect.unwrap().to_string(), "[::]:80");
    assert_eq!(config.server.bind.to_string(), "[::]:443");
    assert_eq!(config.server.address(), "https://tokens.example.org");
    assert!(config.identity.passkeys);
    config.check_serving().unwrap();
    let said = |key: &str| config.report().iter().find(|s| s.key == key).unwrap().clone();
    assert_eq!(said("server.bind").value, "[::]:443");
    assert_eq!(said("server.public_url").value, "https://tokens.example.org");
    assert_eq!(said("https.folder").value, "data/https");
    assert_eq!(said("https.domain").origin, Origin::Flag("--domain"));

    // What is said otherwise counts; a name in letters of its own travels in those of the network.
    let file = "[server]\nbind = \"0.0.0.0:8443\"\npublic_url = \"https://t\u{f6}ken.example.org:8443/\"\n[https]\ndomain = \"t\u{f6}ken.example.org\"\nfurther_domains = [\"www.example.org\", \"xn--tken-5qa.example.org\"]\nredirect_bind = \"\"\nfolder = \"kept\"\n[database]\npath = \"here.db\"";
    let config = read(file, &[]).unwrap();
    let https = config.https.as_ref().unwrap();
    assert_eq!(https.domains, ["xn--tken-5qa.example.org", "www.example.org"]);
    assert_eq!((https.redirect, https.folder.as_path()), (None, Path::new("kept")));
    assert_eq!(config.server.bind.port(), 8443);
    let beside = read("[https]\ndomain = \"a.example\"\n[database]\npath = \"here.db\"", &[]).unwrap();
    assert_eq!(beside.https.unwrap().folder, Path::new("./https"));
    assert!(defaults().https.is_none());
}

#[test]
fn domains_that_no_certificate_is_for() {
    for name in [
        "192.0.2.1",
        "[2001:db8::1]",
        "*.example.org",
        "tokens.example.org:443",
        "https://tokens.example.org",
        "a_b.example",
        "-a.example",
        "a..example",
        "example.org.",
    ] {
        let said = problem(&format!("[https]\ndomain = {name:?}"), &[]);
        assert!(said.contains("https.domain") && said.contains("takes a whole name"), "{name}: {said}");
    }
    let with = |more: &str| problem(&format!("[https]\ndomain = \"tokens.example.org\"\n{more}"), &[]);
    for (more, words) in [
        ("contact = \"operators@example.org\"", "must begin with mailto:"),
        ("directory = \"http://acme.example.org\"", "must be an https address"),
        ("redirect_bind = \"80\"", "must be an address and a port"),
        ("redirect_bind = \"[::]:443\"", "is where HTTPS is already"),
        ("[server]\npublic_url = \"https://other.example.org\"", "is not https://tokens.example.org"),
        ("[server]\npublic_url = \"http://tokens.example.org\"", "is not https://tokens.example.org"),
        ("email = \"x\"", "Did you mean"),
        ("domains = \"x\"", "Did you mean https.domain?"),
    ] {
        assert!(with(more).contains(words), "{more}: {}", with(more));
    }
    let alone = problem("[https]\nfurther_domains = [\"a.example\"]", &[]);
    assert!(alone.contains("https.domain"), "{alone}");
}
