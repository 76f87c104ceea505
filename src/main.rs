//! `rhapsode`: the command line. Flags become settings, each command is a call, an error is one line and an exit code.

#[path = "main/check.rs"]
mod check;
#[path = "main/copy.rs"]
mod copy;
#[path = "main/import.rs"]
mod import;
#[path = "main/preview.rs"]
mod preview;
#[path = "main/render.rs"]
mod render;
#[path = "main/serve.rs"]
mod serve;
#[path = "main/watch.rs"]
mod watch;
#[path = "main/webhooks.rs"]
mod webhooks;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use rhapsode::api;
use rhapsode::config::layers::Layers;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// A server keeps thousands of answers of all sizes: the system's allocator would not give back what they leave.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Serves a Statamic project's content files as a JSON API
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Subcommand)]
enum Command {
    /// Import what changed and serve it (the default)
    Serve {
        /// Print each setting and where it came from, and stop
        #[arg(long)]
        print_config: bool,
    },
    /// Import the project into the database
    Import {
        /// Say what would be imported, without a database
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy a database into another one, which has to be empty or of an earlier generation
    Copy {
        /// A file, sqlite:FILE or postgres://…
        #[arg(long, value_name = "DATABASE")]
        from: String,
        /// The same; one of both is `PostgreSQL`
        #[arg(long, value_name = "DATABASE")]
        to: String,
    },
    /// Print what is wrong with the files; exit with 1 if anything cannot be served
    Check {
        /// How it is printed
        #[arg(long, value_enum, default_value_t)]
        format: check::Format,
        /// Also print what an editor should look at for search engines
        #[arg(long)]
        seo: bool,
    },
    /// Print the HTML of a Bard field of an entry file or JSON tree; without a file, of JSON lines on standard input
    Render {
        /// An entry file or a JSON tree; `-` for JSON lines {"doc", "config"?, "map"?} on standard input
        file: Option<PathBuf>,
        /// The field of the entry file; the first that holds a tree if not given
        #[arg(long)]
        field: Option<String>,
    },
    /// Print a token that shows what is not public yet, or not any more, as the parameter `preview`
    PreviewToken {
        /// The id of the only entry that it shows; everything if not given
        #[arg(long, value_name = "ID")]
        entry: Option<String>,
        /// How long it is good, such as 30m or 24h
        #[arg(long, default_value = "1h", value_name = "TIME")]
        expires: String,
    },
    /// Print how far each webhook was told what changed
    Webhooks,
    /// Print the `OpenAPI` document
    Openapi,
}

/// Each goes over the environment's `RHAPSODE_…`, which goes over rhapsode.toml.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
struct Settings {
    /// The settings' file; rhapsode.toml of this or the project's folder if not given
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The Statamic project's folder [default: .]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<String>,
    /// A file, sqlite:FILE or postgres://… [default: rhapsode.db]
    #[arg(long, global = true, value_name = "DATABASE")]
    database: Option<String>,
    /// Address and port [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDR")]
    listen: Option<String>,
    /// Public origin of the front end
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// This API's own public origin [default: the base URL]
    #[arg(long, global = true, value_name = "URL")]
    api_url: Option<String>,
    /// production, staging, local [default: production]
    #[arg(long, global = true, value_name = "NAME")]
    environment: Option<String>,
    /// The project's time zone [default: UTC]
    #[arg(long, global = true, value_name = "NAME")]
    timezone: Option<String>,
    /// The Statamic that is followed, 5 or 6 [default: as composer.lock says, else 6]
    #[arg(long, global = true, value_name = "N")]
    statamic_profile: Option<String>,
    /// Whether entries lie in a folder per site [default: guessed]
    #[arg(long, global = true, value_name = "BOOL")]
    multisite: Option<String>,
    /// Memory for finished answers [default: 67108864]
    #[arg(long, global = true, value_name = "BYTES")]
    cache_bytes: Option<String>,
    /// Cache-Control of every answer
    #[arg(long, global = true, value_name = "VALUE")]
    cache_control: Option<String>,
    /// Threads that answer [default: one per core]
    #[arg(long, global = true, value_name = "N")]
    workers: Option<String>,
    /// An import with errors changes nothing and fails
    #[arg(long, global = true)]
    strict: bool,
    /// Trust no file's time and size to tell whether it changed: read them all
    #[arg(long, global = true)]
    checksum: bool,
    /// Serve the database as it is, without importing
    #[arg(long, global = true)]
    read_only: bool,
    /// /readyz stays 200 while the database cannot be reached
    #[arg(long, global = true)]
    ready_without_database: bool,
    /// Do not import again when files change
    #[arg(long, global = true)]
    no_watch: bool,
}

impl Settings {
    fn layers(&self) -> anyhow::Result<Layers> {
        let texts = [
            ("root", &self.root),
            ("database", &self.database),
            ("listen", &self.listen),
            ("base_url", &self.base_url),
            ("api_url", &self.api_url),
            ("environment", &self.environment),
            ("timezone", &self.timezone),
            ("statamic.profile", &self.statamic_profile),
            ("multisite", &self.multisite),
            ("cache_bytes", &self.cache_bytes),
            ("cache_control", &self.cache_control),
            ("workers", &self.workers),
        ];
        let switches = [
            ("strict", self.strict),
            ("checksum", self.checksum),
            ("read_only", self.read_only),
            ("ready_without_database", self.ready_without_database),
            ("no_watch", self.no_watch),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some((name, text.clone()?)));
        let switches = switches
            .into_iter()
            .filter(|(_, on)| *on)
            .map(|(name, _)| (name, "true".to_owned()));
        let flags: Vec<(&str, String)> = texts.chain(switches).collect();
        Ok(Layers::load(
            self.config.as_deref(),
            &|name| std::env::var(name).ok(),
            &flags,
        )?)
    }
}

fn main() -> ExitCode {
    log_to_stderr();
    run(&Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("rhapsode: {error:#}");
        ExitCode::FAILURE
    })
}

/// Our own lines, and warnings of the libraries.
fn log_to_stderr() {
    let ours = Targets::new()
        .with_default(LevelFilter::WARN)
        .with_target("rhapsode", LevelFilter::INFO);
    let lines = fmt::layer()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry()
        .with(lines.with_filter(ours))
        .init();
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = || arguments.settings.layers();
    match &arguments.command {
        None
        | Some(Command::Serve {
            print_config: false,
        }) => blocking(serve::serve(&settings()?.config)),
        Some(Command::Serve { print_config: true }) => Ok(print(&settings()?.print())),
        Some(Command::Import { dry_run: true }) => import::dry_run(&settings()?.config),
        Some(Command::Import { dry_run: false }) => blocking(import::command(&settings()?.config)),
        Some(Command::Copy { from, to }) => blocking(copy::copy(from, to)),
        Some(Command::Check { format, seo }) => check::check(&settings()?.config, *format, *seo),
        Some(Command::Render { file, field }) => {
            let profile = settings()?.config.profile();
            render::render(file.as_deref(), field.as_deref(), profile)
        }
        Some(Command::PreviewToken { entry, expires }) => {
            preview::token(&settings()?.config, entry.as_deref(), expires)
                .map(|token| print(&token))
        }
        Some(Command::Webhooks) => blocking(webhooks::list(&settings()?.config)),
        Some(Command::Openapi) => Ok(print(api::docs::openapi_text().trim_end())),
    }
}

fn print(text: &str) -> ExitCode {
    println!("{text}");
    ExitCode::SUCCESS
}

/// Runs a command that waits for things; what it left running ends with it.
fn blocking(command: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}
