//! What a hook has to say, and who is to have it.

use spool_format::AlertId;

use super::agent::Setup;
use super::world::{OWN, TRUSTED};

/// What a hook has to say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alert {
    pub(super) uid: u32,
    pub(super) to: &'static [&'static str],
    pub(super) is_critical: bool,
    pub(super) ttl: Option<u64>,
}

impl Alert {
    /// As a file; on a socket it says which alert it is.
    pub(super) fn text(&self, id: Option<AlertId>) -> String {
        let severity = if self.is_critical { "critical" } else { "warning" };
        let ttl = self.ttl.map_or_else(String::new, |seconds| format!(",\"ttl\":{seconds}"));
        let id = id.map_or_else(String::new, |id| format!("\"id\":\"{id}\","));
        format!(
            "{{\"version\":1,{id}\"to\":{:?},\"subject\":\"disk\",\"body\":\"full\",\"severity\":\"{severity}\"{ttl}}}\n",
            self.to
        )
    }

    /// Who is to have it.
    pub(super) fn expected(&self, setup: &Setup) -> Vec<&'static str> {
        let may_name_all = [0, OWN, TRUSTED].contains(&self.uid);
        let mut expected = Vec::new();
        for name in self.to {
            match *name {
                "ops" | "b@example.jp" => expected.push("b@example.jp"),
                "nobody" => {}
                "a@example.jp" if !setup.default_to.is_empty() => expected.push("a@example.jp"),
                other if may_name_all => expected.push(other),
                _ => {}
            }
        }
        if expected.is_empty() && !setup.default_to.is_empty() {
            expected.push("a@example.jp");
        }
        expected
    }
}
