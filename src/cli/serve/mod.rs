//! `serve`: the program at work.

mod backups;
mod manager;
mod refused;
mod settings;
mod upkeep;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::upkeep::Upkeep;
use super::{Common, Failure, init, last_entry_at, link, login_name, migrate, open, output};
use crate::config::{Config, Log, LogFormat, Overrides};
use crate::demo;
use crate::https::Keeper;
use crate::identity::{DeveloperIdentity, Verifier};
use crate::invitations;
use crate::ledger::{Books, Examined, examine};
use crate::passkeys::EndPasskeySessions;
use crate::proofs;
use crate::server::{Listening, lead_to_https, router, show_apart};
use crate::store;
use crate::web::App;

/// Clocks that are set over the network differ by less.
const CLOCK_MAY_DIFFER: Duration = Duration::from_mins(1);
/// How long threads that still read may take to end when the program stops.
const STRAGGLERS: Duration = Duration::from_secs(1);
/// How a program ends that SIGTERM has ended.
const TERMINATED: i32 = 128 + 15;

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Fill an empty database with a lively sample community
    #[arg(long)]
    demo: bool,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
    /// Serve by HTTPS under this name, with a certificate of Let's Encrypt, to whose terms you thereby agree
    #[arg(long, value_name = "NAME")]
    domain: Option<String>,
}

impl Serve {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let config =
            common.settings_with(Overrides { bind: self.bind, domain: self.domain.clone(), ..Overrides::default() })?;
        config.check_serving().map_err(|error| Failure::Refused(error.to_string()))?;
        log(&config.log);
        let is_json = config.log.format == LogFormat::Json;
        let outcome = self.start(config, common);
        if is_json && let Err(failure) = &outcome {
            // Whoever reads the log as JSON reads nothing else; the sentence itself is for whoever sits there.
            tracing::error!(reason = failure.reason(), "the program ends: it could not start");
        }
        outcome
    }

    /// Serves by these settings, from looking at the ledger to closing it.
    fn start(&self, config: Config, common: &Common) -> Result<(), Failure> {
        let (examined, books) = store::with_reserve(&config.database.path, || {
            let examined = examine(&config.database.path)?;
            store::warn_of_another_server(&config.database.path);
            migrate::forward(&config, common)?;
            Ok::<_, Failure>((examined, open(&config)?))
        })?;
        store::warn_if_open(&config.database.path);
        config.secret_files().for_each(store::warn_if_open);
        if self.demo {
            // Before anything else is written: its history begins in the past.
            sample(&books, &config, common.json)?;
        }
        init::found(&books, login_name()?)?;
        if let Some(fees) = &config.fees {
            // Before anybody pays: nobody is to find out by a payment that cannot be made.
            books.read_blocking(|conn| fees.check(conn)).map_err(|error| Failure::Refused(format!("{error}.")))?;
        }
        settings::note_changes(&books, &config)?;
        if !config.identity.passkeys {
            books.execute_blocking(EndPasskeySessions)?;
        }
        prove(&books)?;
        warn_of_clock(&books)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Refused(format!("The program cannot start its threads ({error}).")))?;
        let pages = if examined == Examined::InPart { Some(books.check_pages()?) } else { None };
        let outcome = runtime.block_on(serve(books.clone(), config));
        // What is under way was waited for; a long read beside it is not worth waiting for.
        runtime.shutdown_timeout(STRAGGLERS);
        drop(pages);
        upkeep::keep_head(&books, None);
        books.close();
        outcome
    }
}

fn log(log: &Log) {
    // However much is asked for: this one writes whole addresses, and those of one-time links are secrets.
    let filter = log.filter.clone().with_targets([("tower_http", Level::WARN), ("rusqlite_migration", Level::WARN)]);
    let wanted = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    // Only a log that was set up already can refuse, and then there is one.
    let _set_up_already = match log.format {
        LogFormat::Text => wanted.with(lines.with_target(false).with_ansi(std::io::stderr().is_terminal())).try_init(),
        LogFormat::Json => wanted.with(lines.json()).try_init(),
    };
}

fn sample(books: &Books, config: &Config, quiet: bool) -> Result<(), Failure> {
    let empty: bool = books.read_blocking(|conn| {
        Ok(conn.query_row("SELECT NOT EXISTS (SELECT 1 FROM audit_log)", [], |row| row.get(0))?)
    })?;
    if !empty {
        return Ok(());
    }
    if !config.uses_developer_identity() {
        return Err(Failure::Refused(
            "--demo is for the developer identity, and this configuration has passkeys or an identity provider.".into(),
        ));
    }
    let bar = output::progress("Founding the sample community", quiet);
    demo::fill(&config.database.path, |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// The living proof, at every start: the sums must agree before anything is served.
fn prove(books: &Books) -> Result<(), Failure> {
    let supply = books.prove()?;
    if supply.is_consistent {
        return Ok(());
    }
    Err(Failure::Refused(format!(
        "The ledger does not add up: {} tokens were issued, members hold {} and the pool {}. Run `communitytoken verify` to see where, and restore a backup.",
        supply.total_issuance, supply.circulating_supply, supply.system_pool
    )))
}

fn assemble(books: Books, config: Config) -> Result<App, Failure> {
    let key = proofs::key(&books)?;
    let developer = config.uses_developer_identity().then(|| DeveloperIdentity::new(key));
    let verifier = Verifier::from_config(&config.identity, &config.database.path, developer.as_ref())?;
    Ok(App::new(books, config, verifier, developer)?)
}

async fn serve(books: Books, mut config: Config) -> Result<(), Failure> {
    // First of all: whoever reads that it listens may ask it to stop at once.
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| Failure::Refused(error.to_string()))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| Failure::Refused(error.to_string()))?;
    let listening = Listening::bind(config.server.bind, &config.limits).await.map_err(Failure::Refused)?;
    let listening = match &config.server.socket {
        Some(path) => listening.and_at(path).map_err(Failure::Refused)?,
        None => listening,
    };
    // With port 0 the system has chosen one, and links and providers lead there.
    config.server.bind = listening.address().map_err(Failure::Refused)?;
    // And the system may have given fewer connections than were wished for.
    config.limits.connections = listening.room();
    let (listening, keeper) = secure(listening, &config)?;
    let redirect = lead_to_https(&config).await.map_err(Failure::Refused)?;
    let app = assemble(books, config)?;
    let router = router(&app).map_err(Failure::Refused)?;
    let figures = show_apart(&app).await.map_err(Failure::Refused)?;
    let claim = spawn_blocking({
        let app = app.clone();
        move || link::claim_link(&app.books, &app.config, login_name()?)
    });
    let claim = claim.await.map_err(|error| Failure::Refused(error.to_string()))??;
    let claim = claim.map(|(secret, _)| invitations::url(&link::address(&app.config), &secret));
    let mut out = std::io::stdout();
    let _nobody_reads = writeln!(out, "{}", greeting(&app, claim.as_deref())).and_then(|()| out.flush());
    let mut asked = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    let feed = app.feed.clone();
    let stop = async move {
        asked().await;
        // Whoever only listens would hold the others up.
        feed.close();
        manager::stopping();
        tracing::info!("stopping: what is under way is answered first");
        tokio::spawn(async move {
            asked().await;
            // Everything acknowledged is on disk, so nothing is lost but the answers under way.
            tracing::warn!("stopping at once");
            std::process::exit(TERMINATED);
        });
    };
    let upkeep = Upkeep::start(&app);
    let watch = manager::keep_watch(&app);
    let keeper = keeper.map(|keeper| tokio::spawn(keeper.keep()).abort_handle());
    manager::ready();
    let listening = listening.counting(app.figures.refusals.clone());
    listening.serve(router, stop).await;
    figures.into_iter().chain(watch).chain(keeper).chain(redirect).for_each(|task| task.abort());
    upkeep.end().await;
    Ok(())
}

/// HTTPS, where the settings name a domain.
fn secure(listening: Listening, config: &Config) -> Result<(Listening, Option<Keeper>), Failure> {
    let Some(https) = &config.https else { return Ok((listening, None)) };
    let keeper = Keeper::new(https).map_err(Failure::Refused)?;
    let tls = keeper.secured().map_err(Failure::Refused)?;
    Ok((listening.secured(tls), Some(keeper)))
}

/// Says when the clock stands behind the ledger, whose time never falls.
fn warn_of_clock(books: &Books) -> Result<(), Failure> {
    let last = books.read_blocking(|conn| Ok(last_entry_at(conn)?))?;
    let behind = Duration::from_millis(u64::try_from(last - books.now()).unwrap_or(0));
    if behind > CLOCK_MAY_DIFFER {
        tracing::warn!(
            minutes = behind.as_secs() / 60,
            "this machine's clock stands behind the last entry of the ledger: one of the two times is wrong, and until the clock has caught up new entries carry the time of the last one"
        );
    }
    Ok(())
}

fn greeting(app: &App, claim: Option<&str>) -> String {
    let address = match &app.config.https {
        // The name is on the certificate, and not the number.
        Some(_) => app.public_url(),
        None => format!("http://{}", app.config.server.bind),
    };
    let mut lines = vec![format!("{} is listening on {address}", app.config.community.name)];
    lines.extend(
        app.config.server.socket.iter().map(|path| format!("and at {}, for a proxy of this machine", path.display())),
    );
    lines.push(sign_in(app));
    lines.extend(unreachable(&app.config));
    // Where it listens everywhere, that is no address to go to.
    let reached = if app.config.server.bind.ip().is_unspecified() { app.public_url() } else { address };
    lines.push(format!("The ledger is {}; the API is described at {reached}/docs", app.books.path().display()));
    if let Some(url) = claim {
        let claims_operate = app.config.identity.providers.iter().any(|provider| !provider.operator_roles.is_empty());
        lines.push(if claims_operate {
            format!("Whom the provider's claims name operates this community. Nobody was granted that role here yet: within half an hour, the first to use this link can have it, too:\n    {url}")
        } else {
            format!("Nobody operates this community yet. Within half an hour, the first to use this link can:\n    {url}")
        });
    }
    lines.join("\n  ")
}

/// How members come in.
fn sign_in(app: &App) -> String {
    if app.developer.is_none() {
        let issuers = app.config.identity.providers.iter().map(|provider| provider.issuer.as_str());
        let passkeys = app.passkeys.is_some().then_some("passkeys");
        let ways: Vec<&str> = passkeys.into_iter().chain(issuers).collect();
        return format!("Members sign in with {}, at {}", ways.join(", "), app.public_url());
    }
    let hint = match &app.config.server.public_url {
        Some(url) if !app.config.server.can_have_passkeys() => format!(
            "No passkey can belong to {url}, so nobody else can come in: for others, set server.public_url to an https address with a name, as in https://tokens.example.org."
        ),
        Some(_) => "For others to come in with passkeys, set identity.passkeys to true.".to_owned(),
        None => {
            "For others to come in with passkeys, set server.public_url to the https address they will type.".to_owned()
        }
    };
    format!(
        "Sign in as anyone: this community vouches for its members itself, on this machine only.\n  For curl: communitytoken token --member NAME\n  {hint}"
    )
}

/// Says when the address that members know is one of this machine's at which nobody listens.
fn unreachable(config: &Config) -> Option<String> {
    let url = config.server.public_url.as_deref()?;
    let parsed = url::Url::parse(url).ok()?;
    let is_here = match parsed.host()? {
        url::Host::Domain(name) => name == "localhost",
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
    };
    let bind = config.server.bind;
    (is_here && parsed.port_or_known_default() != Some(bind.port())).then(|| {
        format!("server.public_url is {url}, which is not port {}: unless a proxy listens there, links and providers lead nowhere. Set it to the same port.", bind.port())
    })
}
