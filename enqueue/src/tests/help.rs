//! The help names what there is.

use super::*;
use crate::args::OPTIONS;
use crate::help::{HELP, HELP_JAPANESE};

#[test]
fn the_help_names_every_option_and_every_exit_code() {
    let said = Sandbox::new().run(&["--help"]);
    assert_eq!((said.exit, said.stdout.as_str(), said.stderr.as_str()), (Exit::Done, HELP, ""));
    for help in [HELP, HELP_JAPANESE] {
        for option in OPTIONS {
            assert!(help.contains(&format!("--{option} ")), "{option}");
        }
        for exit in Exit::ALL {
            assert!(help.contains(&format!("\n  {:>2}  ", exit.code())), "{exit:?}");
        }
        // Kanji, kana and their signs take two columns.
        let columns = |line: &str| line.chars().map(|it| 1 + usize::from(it >= '\u{3000}')).sum::<usize>();
        assert_eq!(help.lines().find(|line| columns(line) > 100), None);
    }
    assert_eq!(Sandbox::new().run(&["-V"]).stdout, concat!("enqueue ", env!("CARGO_PKG_VERSION"), "\n"));
}
