//! From files to what they mean, and what was found in them on the way.

use std::fmt;
use std::path::{Path, PathBuf};

use super::source::{About, Source, Text};
use super::{Config, Mistake, Table, include, keys, merge, read, resolved};

/// Everything that is wrong with a configuration, in the order of its files and lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for ConfigError {}

/// What was found in the files of a configuration.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What they mean; `None` if there is a mistake.
    pub config: Option<Config>,
    /// What is wrong, in the order of the files and their lines.
    pub mistakes: Vec<Mistake>,
    /// What deserves attention and stops nothing.
    pub warnings: Vec<Mistake>,
    /// The files that were read, the main one first.
    pub files: Vec<PathBuf>,
    /// All keys with what holds and where that comes from; none if there is a mistake.
    pub tables: Vec<Table>,
}

impl Reading {
    /// Reads the file at `path` and those that it includes.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            ConfigError(vec![format!(
                "cannot read the configuration `{}`: {error}; name another with --config FILE",
                path.display()
            )])
        })?;
        Ok(Self::parse(&text, path))
    }

    /// Reads the text of the file at `path`, to whose folder relative paths are relative, and the files that it includes.
    pub fn parse(text: &str, path: &Path) -> Self {
        let included = include::read(Text::main(path, text));
        let source = Source::new(&included.texts);
        for (at, what) in &included.mistakes {
            let key = Some((keys::Place::Top, "include"));
            source.add(*at, what, About { key, nearest: None });
        }
        let root = merge::all(&source);
        let config = root.as_ref().and_then(|root| read(&source, root));
        let config = config.filter(|_| !source.has_mistakes());
        let tables = root.as_ref().zip(config.as_ref());
        let tables = tables.map(|(root, config)| resolved::all(&source, root, config)).unwrap_or_default();
        let (mistakes, warnings) = source.into_findings();
        // A sentence about a key stands by itself; one about a line of another file does not.
        let is_own = |warning: &Mistake| included.texts.iter().any(|text| text.shown == warning.file);
        let sentence =
            |warning: &Mistake| if is_own(warning) { warning.text.clone() } else { warning.to_string() };
        let sentences = warnings.iter().map(sentence).collect();
        Self {
            config: config.map(|config| Config { warnings: sentences, ..config }),
            mistakes,
            warnings,
            files: included.texts.iter().map(|text| text.path().to_owned()).collect(),
            tables,
        }
    }
}

impl Config {
    /// Reads the file and those that it includes.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Reading::load(path).and_then(Self::sound)
    }

    /// Reads the text of the file at `path`, to whose folder relative paths are relative.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        Self::sound(Reading::parse(text, path))
    }

    fn sound(reading: Reading) -> Result<Self, ConfigError> {
        let told = |mistakes: Vec<Mistake>| ConfigError(mistakes.iter().map(Mistake::to_string).collect());
        reading.config.ok_or_else(|| told(reading.mistakes))
    }
}
