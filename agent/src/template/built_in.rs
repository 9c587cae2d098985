//! The templates that come with the program, as data: `agent/templates/`.

use std::sync::{Arc, LazyLock};

use super::Template;

/// A template that comes with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// Mails in Japanese.
    Japanese,
    /// Mails in English.
    English,
}

impl BuiltIn {
    /// The template.
    pub fn template(self) -> Arc<Template> {
        static BOTH: LazyLock<[Arc<Template>; 2]> = LazyLock::new(|| {
            [
                read("ja", include_str!("../../templates/ja.toml")),
                read("en", include_str!("../../templates/en.toml")),
            ]
        });
        let [japanese, english] = &*BOTH;
        Arc::clone(match self {
            Self::Japanese => japanese,
            Self::English => english,
        })
    }
}

/// The files are part of the program, and a test reads them all.
fn read(name: &str, text: &str) -> Arc<Template> {
    let table: toml::Table = text.parse().expect("a template is TOML");
    let part = |key: &str| table.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    Arc::new(Template::new(name, part("subject"), part("body")).expect("a template that works"))
}
