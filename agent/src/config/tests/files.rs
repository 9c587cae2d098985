//! Several files, and octets around the text that editors put there.

use std::fs;
use std::path::PathBuf;

use super::*;

/// A folder with these files; the first one is the main file.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    #[expect(clippy::disallowed_methods, reason = "a configuration, not a spool file")]
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("written");
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.path("alertmail.toml"))
    }

    fn mistakes(&self) -> String {
        self.load().expect_err("a mistake").to_string()
    }
}

const ALL: &str = "include = [\"conf.d/*.toml\"]\n";

fn provider(name: &str) -> String {
    format!("[[provider]]\nname = \"{name}\"\nhost = \"mail.example.jp\"\nfrom = \"alert@example.jp\"\n")
}

#[test]
fn a_byte_order_mark_and_line_ends_of_windows_change_nothing() {
    let text = format!(
        "# comment\n[limits]\nreply = \"3s\"\n[alerts]\nto = [\n  \"a@example.jp\",\n]\n[template.x]\nbody = '''\na\nb\n'''\n{PROVIDER}"
    );
    let plain = format!("{:?}", parse(&text).expect("a configuration"));
    let crlf = text.replace('\n', "\r\n");
    for (text, what) in [
        (format!("\u{feff}{text}"), "a mark"),
        (crlf.clone(), "line ends"),
        (format!("\u{feff}{crlf}"), "both"),
    ] {
        assert_eq!(format!("{:?}", parse(&text).expect(what)), plain, "{what}");
    }
    let error = mistakes("\u{feff}spol = 1\r\n\r\nsopl = 1\r\n");
    assert!(error.contains("alertmail.toml:1: unknown key `spol`"), "{error}");
    assert!(error.contains("alertmail.toml:3: unknown key `sopl`"), "{error}");
    assert!(mistakes("a = 1\rb = 2\n").starts_with("alertmail.toml:1: "), "a lone CR is no line end");
    let files = Files::new(&[
        ("alertmail.toml", ALL),
        ("conf.d/a.toml", &format!("\u{feff}{}", provider("a").replace('\n', "\r\n"))),
    ]);
    assert_eq!(files.load().expect("a configuration").providers[0].name, "a");
}

#[test]
fn files_are_read_in_the_order_of_their_names_and_lists_of_tables_go_on() {
    let files = Files::new(&[
        ("alertmail.toml", &format!("{ALL}[aliases]\nroot = \"a@example.jp\"\n{}", provider("first"))),
        ("conf.d/20-c.toml", &format!("[aliases]\nops = \"b@example.jp\"\n{}", provider("third"))),
        ("conf.d/10-b.toml", &format!("[limits]\nreply = \"3s\"\n{}", provider("second"))),
        ("conf.d/.hidden.toml", "nonsense"),
        ("conf.d/10-b.toml~", "nonsense"),
        ("conf.d/10-b.toml.bak", "nonsense"),
        ("conf.d/deeper/x.toml", "nonsense"),
    ]);
    let config = files.load().expect("a configuration");
    let names: Vec<&str> = config.providers.iter().map(|provider| provider.name.as_str()).collect();
    assert_eq!(names, ["first", "second", "third"]);
    assert_eq!(config.aliases.keys().collect::<Vec<_>>(), ["ops", "root"]);
    assert_eq!(config.limits.reply, Duration::from_secs(3));
}

#[test]
fn a_path_is_relative_to_the_file_in_which_it_stands() {
    let secret = "user = \"a\"\npassword = { file = \"a.secret\" }\n";
    let files = Files::new(&[
        ("alertmail.toml", &format!("include = \"conf.d/*.toml\"\n{}ca_file = \"ca.pem\"\n", provider("a"))),
        ("conf.d/b.toml", &format!("{}{secret}", provider("b"))),
    ]);
    let config = files.load().expect("a configuration");
    assert_eq!(config.providers[0].trust, Trust::CaFile(files.path("ca.pem")));
    assert_eq!(config.providers[1].password, Some(SecretSource::File(files.path("conf.d/a.secret"))));
}

#[test]
fn a_key_that_is_set_twice_is_a_mistake_that_names_both_places() {
    for (main, more, said) in [
        (
            "spool = \"a\"\n",
            "\nspool = \"b\"\n",
            "conf.d/m.toml:2: `spool` is set twice: here, and in alertmail.toml:2; leave one of them out",
        ),
        (
            "[limits]\nreply = \"1s\"\n",
            "[limits]\nreply = \"1s\"\n",
            "conf.d/m.toml:2: `reply` in [limits] is set twice: here, and in alertmail.toml:3; leave one of them out",
        ),
        (
            "[alerts]\nto = []\n",
            "[alerts]\nto = []\n",
            "conf.d/m.toml:2: `to` in [alerts] is set twice: here, and in alertmail.toml:3; leave one of them out",
        ),
        (
            "[template.x]\nbody = \"a\"\n",
            "[template.x]\nbody = \"a\"\n",
            "conf.d/m.toml:2: `body` in [template.x] is set twice: here, and in alertmail.toml:3; leave one of them out",
        ),
        (
            "",
            "provider = 3\n",
            "conf.d/m.toml:1: `provider` is set twice: here, and in alertmail.toml:2; leave one of them out",
        ),
        ("", "[limits]\nreply = \"1s\"\nreply = \"2s\"\n", "conf.d/m.toml:3: `reply` is set twice"),
    ] {
        let files = Files::new(&[
            ("alertmail.toml", &format!("{ALL}{main}{}", provider("a"))),
            ("conf.d/m.toml", more),
        ]);
        assert_eq!(files.mistakes(), said);
    }
}

#[test]
fn a_fault_in_an_included_file_names_that_file_its_line_and_key() {
    let main = format!("{ALL}{}", provider("a"));
    for (more, said) in [
        (
            "\n[limits]\nrepy = \"1s\"\n",
            "conf.d/m.toml:3: unknown key `repy` in [limits]; did you mean `reply`?",
        ),
        ("\n\nspool = \n", "conf.d/m.toml:3: "),
        (
            "[[provider]]\nname = \"a\"\nhost = \"h\"\nfrom = \"a@example.jp\"\n",
            "conf.d/m.toml:2: two providers",
        ),
        ("[[recipient]]\n\nbody_max = 300\n", "conf.d/m.toml:3: `domain` is missing"),
        (
            "a = 1\n\ninclude = \"x\"\n",
            "conf.d/m.toml:3: `include` may stand in the main file alone; name the files in alertmail.toml",
        ),
    ] {
        let files = Files::new(&[("alertmail.toml", &main), ("conf.d/m.toml", more)]);
        let told = files.mistakes();
        assert!(told.lines().any(|line| line.starts_with(said)), "{more}: {told}");
    }
    // A mistake of the main file comes first, whatever the lines are.
    let files = Files::new(&[
        ("alertmail.toml", &format!("{ALL}{}prt = 1\n", provider("a"))),
        ("conf.d/m.toml", "x = 1"),
    ]);
    let told = files.mistakes();
    let begins: Vec<&str> = told.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    assert_eq!(begins, ["alertmail.toml:6", "conf.d/m.toml:1"]);
}

#[test]
fn a_file_that_is_named_has_to_be_there_and_a_pattern_may_mean_none() {
    for (include, said) in [
        ("[\"conf.d/none.toml\"]", "cannot read"),
        ("[\"conf.d/*.toml\", \"none.toml\"]", "none.toml`: No such file"),
        ("[\"\"]", "names no file"),
        ("[\"conf.d/\"]", "names no file"),
        ("[\"conf.*/a.toml\"]", "in the name of a folder"),
        ("3", "`include` has to be a list of texts"),
        ("[3]", "`include` has to be a list of texts"),
    ] {
        let text = format!("# \ninclude = {include}\n{}", provider("a"));
        let told = Files::new(&[("alertmail.toml", &text)]).mistakes();
        assert!(told.starts_with("alertmail.toml:2: `include`") && told.contains(said), "{include}: {told}");
        assert_eq!(told.lines().count(), 1, "{told}");
    }
    for include in ["[]", "[\"conf.d/*.toml\"]", "\"*.conf\"", "[\"*.toml\"]", "[\"alertmail.toml\"]"] {
        let text = format!("include = {include}\n{}", provider("a"));
        let config = Files::new(&[("alertmail.toml", &text)]).load().expect(include);
        assert_eq!(config.providers.len(), 1, "{include}: the main file is no file of its own");
    }
    let files = Files::new(&[
        ("alertmail.toml", &format!("include = [\"conf.d/b.toml\", \"conf.d/*.toml\"]\n{}", provider("a"))),
        ("conf.d/a.toml", &provider("c")),
        ("conf.d/b.toml", &provider("b")),
    ]);
    let names: Vec<String> = files.load().expect("once").providers.into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["a", "b", "c"], "a file that is meant twice is read once");
}

#[test]
fn what_is_no_file_is_named_and_does_not_hold_anybody_up() {
    let files =
        Files::new(&[("alertmail.toml", &format!("{ALL}{}", provider("a"))), ("conf.d/a.toml/x", "")]);
    assert!(files.mistakes().contains("conf.d/a.toml`: it is not a regular file"), "{}", files.mistakes());
    let files = Files::new(&[("alertmail.toml", &format!("{ALL}{}", provider("a"))), ("conf.d/x", "")]);
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    rustix::fs::mknodat(rustix::fs::CWD, files.path("conf.d/a.toml"), rustix::fs::FileType::Fifo, mode, 0)
        .expect("a FIFO");
    assert!(files.mistakes().contains("it is not a regular file"), "{}", files.mistakes());
}

/// A piece of a configuration, that stands in one file or another.
#[derive(Clone, Debug)]
enum Piece {
    Key(&'static str, &'static str, u16),
    Provider(u16),
    Recipient(u16),
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Key(table, key, number) => format!("[{table}]\n{key} = \"{}s\"\n", number + 1),
            Self::Provider(number) => provider(&format!("p{number}")),
            Self::Recipient(number) => {
                format!("[[recipient]]\ndomain = \"example.jp\"\nbody_max = {}\n", number + 200)
            }
        }
    }
}

const TIMES: [(&str, &str); 6] = [
    ("limits", "reply"),
    ("limits", "connect"),
    ("retry", "login"),
    ("retry", "life_others"),
    ("keep", "journal"),
    ("notices", "every"),
];

fn pieces() -> impl Strategy<Value = Vec<(Piece, usize)>> {
    let times = prop::sample::subsequence(TIMES.to_vec(), 0..TIMES.len());
    let times = times.prop_flat_map(|keys| {
        let count = keys.len();
        (Just(keys), prop::collection::vec(0u16..100, count))
    });
    let times = times.prop_map(|(keys, numbers)| {
        keys.into_iter()
            .zip(numbers)
            .map(|((table, key), number)| Piece::Key(table, key, number))
            .collect::<Vec<_>>()
    });
    (times, 1u16..5, 0u16..5).prop_flat_map(|(times, providers, recipients)| {
        let pieces: Vec<Piece> = times
            .into_iter()
            .chain((0..providers).map(Piece::Provider))
            .chain((0..recipients).map(Piece::Recipient))
            .collect();
        let count = pieces.len();
        prop::collection::vec(0usize..4, count)
            .prop_map(move |places| pieces.iter().cloned().zip(places).collect())
    })
}

proptest! {
    /// However a configuration is cut into files, it means what one file means in which the pieces stand in the same order.
    #[test]
    fn several_files_mean_what_one_file_means(pieces in pieces()) {
        let mut files = [ALL.to_owned(), String::new(), String::new(), String::new()];
        let (mut keys, mut lists) = (Vec::new(), Vec::new());
        for (piece, place) in &pieces {
            match piece {
                Piece::Key(..) => keys.push((piece, *place)),
                Piece::Provider(_) | Piece::Recipient(_) => lists.push((piece, *place)),
            }
        }
        lists.sort_by_key(|(_, place)| *place);
        // In one file a table may stand once.
        for (n, file) in files.iter_mut().enumerate() {
            let mut last = "";
            for (piece, _) in keys.iter().filter(|(_, place)| *place == n) {
                let Piece::Key(table, ..) = piece else { continue };
                let text = piece.text();
                let body = text.split_once('\n').map_or("", |(_, body)| body);
                file.push_str(if *table == last { body } else { &text });
                last = table;
            }
            for (piece, _) in lists.iter().filter(|(_, place)| *place == n) {
                file.push_str(&piece.text());
            }
        }
        let mut one = String::new();
        let mut last = "";
        for (piece, _) in &keys {
            let Piece::Key(table, ..) = piece else { continue };
            let text = piece.text();
            one.push_str(if *table == last { text.split_once('\n').map_or("", |(_, body)| body) } else { &text });
            last = table;
        }
        one.extend(lists.iter().map(|(piece, _)| piece.text()));
        let cut = Files::new(&[
            ("alertmail.toml", &files[0]),
            ("conf.d/1.toml", &files[1]),
            ("conf.d/2.toml", &files[2]),
            ("conf.d/3.toml", &files[3]),
        ]);
        let whole = Files::new(&[("alertmail.toml", &one)]);
        let meaning = |files: &Files| {
            let spool = files.folder.path().display().to_string();
            files.load().map(|config| format!("{config:?}").replace(&spool, "")).map_err(|error| error.to_string())
        };
        let wanted = meaning(&whole);
        prop_assert!(wanted.is_ok(), "{:?}", wanted);
        prop_assert_eq!(meaning(&cut), wanted);
    }
}
