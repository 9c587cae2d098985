//! `alertmail config check`: every mistake at once, with file, line, key and what is allowed there, before an agent meets it.
//!
//! Nobody is connected to, no command is run, and no secret is read: of its file only owner and mode are looked at.

use std::fmt::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use super::super::place::Place;
use super::super::{json, target};
use crate::config::{
    self, ConfigError, Mistake, Origin, Provider, RETIRES_SOON, Reading, Route, SecretSource, Trust,
};
use crate::edge::{clock, language};
use crate::exit::Exit;
use crate::notice::{self, Tongue};
use crate::output::terminal::printable;
use crate::submit::Visit;

/// What is said on the command line.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
#[command(after_help = "\
Each mistake is named with its file and line, and below it what is allowed there. Warnings stop no agent: a service that has
ended or soon will, a secret that others can read or that is not there. Certificates in `ca_file` are read; secrets are not,
no command is run, and nobody is connected to (`alertmail probe` does that).

Exit codes: 0 no mistakes, with or without warnings; 78 mistakes, or no configuration that can be read.

Examples:
  alertmail config check
  alertmail config check --config /etc/alertmail/alertmail.toml
  alertmail config check --json")]
pub(super) struct Args {
    /// One JSON document.
    #[arg(long)]
    json: bool,
}

/// What was found; also what `--json` prints.
#[derive(Debug, serde::Serialize)]
struct Report {
    /// The configuration's path.
    config: PathBuf,
    /// The files that were read, the main one first.
    files: Vec<PathBuf>,
    mistakes: Vec<Finding>,
    warnings: Vec<Finding>,
}

/// A mistake or a warning.
#[derive(Debug, serde::Serialize)]
struct Finding {
    /// The file by its name, or by its path from the main file's folder; null where it is about none.
    file: Option<String>,
    line: Option<usize>,
    key: Option<String>,
    message: String,
    /// What may stand behind the key, in words.
    allowed: Option<String>,
    /// The known key that was probably meant.
    did_you_mean: Option<&'static str>,
}

impl Finding {
    fn plain(message: String) -> Self {
        Self { file: None, line: None, key: None, message, allowed: None, did_you_mean: None }
    }

    fn at(origin: Option<&Origin>, key: &str, message: String) -> Self {
        let mut finding = Self { key: Some(key.to_owned()), ..Self::plain(message) };
        if let Some(Origin::File(file, line)) = origin {
            (finding.file, finding.line) = (Some(file.clone()), Some(*line));
        }
        finding
    }

    fn write(&self, text: &mut String, kind: &str, tongue: Tongue) {
        let place = match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}: "),
            _ => String::new(),
        };
        let _ =
            writeln!(text, "{}{kind}{}", printable(&place), printable(&notice::why(tongue, &self.message)));
        if let (Some(key), Some(allowed), None) = (&self.key, &self.allowed, self.did_you_mean) {
            let allowed = tongue.either(allowed.clone(), config::allowed_in_japanese(allowed));
            let _ = writeln!(text, "    {}: {allowed}", printable(key));
        }
    }
}

impl From<Mistake> for Finding {
    fn from(mistake: Mistake) -> Self {
        let Mistake { file, line, key, text, allowed, nearest } = mistake;
        Self { file: Some(file), line: Some(line), key, message: text, allowed, did_you_mean: nearest }
    }
}

/// Does what the command says.
pub(super) fn check(args: &Args, place: &Place) -> (Exit, String) {
    let path = place.config_path();
    let report = report(path, Reading::load(path));
    let exit = if report.mistakes.is_empty() { Exit::Done } else { Exit::Config };
    (exit, if args.json { json(&report) } else { in_words(&report, language::asked()) })
}

fn report(path: &Path, read: Result<Reading, ConfigError>) -> Report {
    let config = path.to_owned();
    let reading = match read {
        Ok(reading) => reading,
        Err(error) => {
            let mistakes = vec![Finding::plain(error.to_string())];
            return Report { config, files: Vec::new(), mistakes, warnings: Vec::new() };
        }
    };
    let mut mistakes: Vec<Finding> = reading.mistakes.iter().cloned().map(Finding::from).collect();
    let mut warnings: Vec<Finding> = reading.warnings.iter().cloned().map(Finding::from).collect();
    warnings.extend(reading.files.iter().filter_map(|path| open_to_others(path)));
    if let Some(config) = &reading.config {
        let retired = config.retirements(clock::wall_now(), RETIRES_SOON);
        warnings.extend(retired.iter().map(|it| {
            let nth = config.providers.iter().position(|provider| provider.name == it.provider);
            Finding::at(
                nth.and_then(|nth| origin(&reading, PROVIDER, nth, "preset")),
                "preset",
                it.to_string(),
            )
        }));
        for (nth, provider) in config.providers.iter().enumerate() {
            mistakes.extend(no_authority(&reading, nth, provider));
            warnings.extend(secrets(provider).into_iter().filter_map(|(key, source)| {
                let what = doubtful(source)?;
                let what = format!("provider `{}`: {what}", provider.name);
                Some(Finding::at(origin(&reading, PROVIDER, nth, key), key, what))
            }));
        }
        warnings.extend(config.intakes.iter().enumerate().filter_map(|(nth, intake)| {
            let what =
                format!("nobody will listen at {}: {}", intake.place, doubtful(intake.token.as_ref()?)?);
            Some(Finding::at(origin(&reading, LISTEN, nth, "token"), "token", what))
        }));
    }
    Report { config, files: reading.files, mistakes, warnings }
}

/// Tables of which there are several.
const PROVIDER: &str = "[[provider]]";
const LISTEN: &str = "[[listen]]";

/// Where a key of the nth of these tables stands.
fn origin<'r>(reading: &'r Reading, heading: &str, nth: usize, key: &str) -> Option<&'r Origin> {
    let table = reading.tables.iter().filter(|table| table.heading == heading).nth(nth)?;
    table.settings.iter().find(|setting| setting.key == key).map(|setting| &setting.origin)
}

/// Certificates that cannot be used keep an agent from its start.
fn no_authority(reading: &Reading, nth: usize, provider: &Provider) -> Option<Finding> {
    let Trust::CaFile(_) = provider.trust else { return None };
    let error = Visit::try_trust(&target::outline(provider)).err()?;
    Some(Finding::at(origin(reading, PROVIDER, nth, "ca_file"), "ca_file", error.to_string()))
}

fn secrets(provider: &Provider) -> Vec<(&'static str, &SecretSource)> {
    let proxy = match &provider.route {
        Route::Socks(proxy) => proxy.login.as_ref().map(|(_, source)| ("proxy_password", source)),
        Route::Straight | Route::Command(_) => None,
    };
    let own = [("password", provider.password.as_ref()), ("token", provider.token.as_ref())];
    own.into_iter().filter_map(|(key, source)| Some((key, source?))).chain(proxy).collect()
}

/// What keeps a secret from being used, as far as its file shows without being read.
fn doubtful(source: &SecretSource) -> Option<String> {
    let (SecretSource::File(path) | SecretSource::Table(path)) = source else { return None };
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(error) => Some(format!("cannot look at the secret file `{shown}`: {error}")),
        Ok(facts) if !facts.is_file() => Some(format!("the secret file `{shown}` is not a regular file")),
        Ok(facts) if facts.permissions().mode() & 0o077 != 0 => Some(format!(
            "the secret file `{shown}` has mode {:04o}, others can read it, and so it will not be used; run: chmod 600 {shown}",
            facts.permissions().mode() & 0o7777
        )),
        Ok(facts) if facts.size() == 0 => Some(format!("the secret file `{shown}` is empty")),
        Ok(_) => None,
    }
}

/// Whoever can write the configuration can have the agent run any program.
fn open_to_others(path: &Path) -> Option<Finding> {
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o002 != 0).then(|| {
        let shown = path.display();
        Finding::plain(format!(
            "every user can write `{shown}` (mode {:04o}); run: chmod o-w {shown}",
            mode & 0o7777
        ))
    })
}

fn in_words(report: &Report, tongue: Tongue) -> String {
    let mut text = String::new();
    let warning = tongue.either("warning: ", "警告: ");
    report.mistakes.iter().for_each(|finding| finding.write(&mut text, "", tongue));
    report.warnings.iter().for_each(|finding| finding.write(&mut text, warning, tongue));
    let (mistakes, warnings) = (report.mistakes.len(), report.warnings.len());
    let _ = writeln!(text, "{}", sum(tongue, &report.config, mistakes, warnings, report.files.len()));
    text
}

fn sum(tongue: Tongue, config: &Path, mistakes: usize, warnings: usize, files: usize) -> String {
    let count = |number: usize, what: &str| match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let (path, several) = (config.display(), files > 1);
    let within = if several { format!(" in {files} files") } else { String::new() };
    let of = if several { format!("（{files}ファイル）") } else { String::new() };
    tongue.either(
        format!("{path}: {}, {}{within}", count(mistakes, "mistake"), count(warnings, "warning")),
        format!("{path}: 誤り{mistakes}件、警告{warnings}件{of}"),
    )
}
