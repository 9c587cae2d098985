//! What the help says of the program as a whole, and of what is made with it: spool, demo, man, completions.

/// Each short text, by the English one.
pub(super) const PHRASES: &[(&str, &str)] = &[
    (
        "Gets alerts from the spool to a phone, through whichever mail provider works",
        "スプールのアラートを、使えるプロバイダから携帯電話へ届ける",
    ),
    (
        "Configuration; default: /etc/alertmail/alertmail.toml",
        "設定ファイル（既定: /etc/alertmail/alertmail.toml）",
    ),
    ("Spool, in place of the configuration's", "スプール（設定にあるものの代わりに使用）"),
    ("Print help", "このヘルプを表示"),
    ("Print help (see a summary with '-h')", "このヘルプを表示"),
    ("Print help (see more with '--help')", "このヘルプを表示"),
    ("Print version", "バージョンを表示"),
    ("Make a spool, look whether it is in order, or put it in order", "スプールの作成・検査・修復"),
    (
        "Make a spool for its owner alone or for the whole machine, or complete one",
        "スプールの作成・補完（所有者専用かマシン全体用）",
    ),
    ("Where; default: where `enqueue` looks for it", "作成する場所（既定: `enqueue` が使う場所）"),
    ("Which spool; default: where `enqueue` looks for it", "対象のスプール（既定: `enqueue` が使う場所）"),
    (
        "Print one JSON object: spool, and the folders that were made",
        "1つの JSON オブジェクト（スプールと、作成したフォルダ）で出力",
    ),
    (
        "Make the spool of this machine: everybody may put alerts in, and nobody sees those of others. Root only",
        "マシン全体のスプールを作成（誰でもアラートを入れられるが、他人のものは見えない）。root のみ",
    ),
    ("The user that the agent runs as; a name or a number", "エージェントを実行する利用者（名前か番号）"),
    (
        "The group whose members may read the queue; a name or a number",
        "キューを読めるグループ（名前か番号）",
    ),
    (
        "Let only this group put alerts in; a name or a number",
        "アラートを入れられる利用者を、このグループ（名前か番号）に限定",
    ),
    (
        "Look whether every file and every line of the journal is in order; change nothing",
        "すべてのファイルと、ジャーナルのすべての行を検査（何も変更しない）",
    ),
    (
        "Put in order what a disk or a person has changed; nothing is thrown away",
        "ディスクや人の操作で壊れたものを修復（何も捨てない）",
    ),
    ("Show on this machine alone how alerts get through", "アラートが届くまでを、このマシンの中だけで実演"),
    (
        "Keep the folder with the spool, the journal and the configuration, and say where it is",
        "スプール、ジャーナル、設定のあるフォルダを残し、その場所を表示",
    ),
    ("Write the manual as pages for man", "マニュアルを man のページとして出力"),
    ("Where to; made if it is not there", "出力先のフォルダ（なければ作成）"),
    (
        "Print what lets a shell complete commands and options",
        "シェルでコマンドとオプションを補完するためのスクリプトを出力",
    ),
    ("For which shell", "対象のシェル"),
    ("GNU Bash", "GNU Bash"),
    ("Zsh", "Zsh"),
    ("Fish", "Fish"),
    ("For which program", "対象のプログラム"),
    ("The agent and its commands", "エージェントとそのコマンド"),
    ("The program for hooks", "フック用のプログラム"),
    (
        "Take over the configuration, or the queue, of nullmailer, msmtp, ssmtp, dma or Postfix",
        "nullmailer・msmtp・ssmtp・dma・Postfix の設定やキューを取り込む",
    ),
    ("Whose configuration", "どのプログラムの設定か"),
    ("Read below this folder in place of /", "/ の代わりに、このフォルダ以下を読む"),
    (
        "Write the configuration into this new file, and passwords into files beside it",
        "設定をこの新しいファイルに、パスワードを隣のファイルに書く",
    ),
    (
        "Take the mails over that wait in its queue, in place of its configuration",
        "設定ではなく、キューで待機中のメールを取り込む",
    ),
];

/// What stands below the options, by the command.
pub(super) const ENDS: &[(&str, &str)] = &[
    (
        "",
        "\
例:
  alertmail demo
  alertmail spool init
  alertmail run --config /etc/alertmail/alertmail.toml
  alertmail list

アラートをスプールに入れるのは enqueue というプログラムです。終了コードは sysexits.h に従います。ただし `check` の終了コードは独自のものです。",
    ),
    (
        "spool init",
        "\
すでにあるものは、そのまま残します。--system では、所有者とモードも直します。ほかのものが入っているフォルダは指定できません。

例:
  alertmail spool init                         エージェントと enqueue が使う場所に
  alertmail spool init --system                マシンの全利用者用に、/var/spool/alertmail に
  alertmail spool init --system --gate monitoring
  alertmail spool init /tmp/spool
  alertmail spool init /tmp/spool --json",
    ),
    (
        "spool verify",
        "\
読み取りだけを行い、エージェントの稼働中でも使えます。問題ごとに、ファイルと、ジャーナルではその行を示します。

終了コード: 0 問題なし、65 問題あり、66 か 77 スプールがないか、読めない。

例:
  alertmail spool verify
  alertmail spool verify /tmp/spool --json",
    ),
    (
        "spool repair",
        "\
エージェントを停止してから実行してください。何も捨てません。壊れたアラートとジャーナルの壊れた行は、理由とともに corrupt/ に移します。ジャーナルに記録があるのにファイルがないアラートは、ファイルのない送信断念になります。足りないフォルダは作成します。所有者とモードは変更せず、直すためのコマンドを示します。

終了コード: 0 修復済み、65 手作業でしか直せないものが残っている、69 エージェントが稼働中。

例:
  alertmail spool repair
  alertmail spool repair /tmp/spool --json",
    ),
    (
        "demo",
        "\
例:
  alertmail demo           4つのプロバイダと4件のアラートの動きを表示
  alertmail demo --keep    同じく表示し、スプール、ジャーナル、設定のあるフォルダを残す",
    ),
    (
        "man",
        "\
両方のプログラム、設定、スプールのページを出力します。同じ名前のファイルがあれば置き換えます。ファイル名の末尾の数字に従って、/usr/local/share/man/man1 と man5 に置きます。日本語のページは ja の下に出力します。ja は /usr/local/share/man の下に置きます。

例:
  alertmail man /tmp/alertmail-pages",
    ),
    (
        "completions",
        "\
スクリプトを標準出力へ出力します。各シェルが読み込む場所は次のとおりです（NAME はプログラム名）。

  bash   /usr/share/bash-completion/completions/NAME
  zsh    $fpath の _NAME（/usr/local/share/zsh/site-functions など）
  fish   /usr/share/fish/vendor_completions.d/NAME.fish

例:
  alertmail completions bash
  alertmail completions zsh enqueue",
    ),
    (
        "import",
        "\
--output がなければ、設定を表示するだけで何も書きません。--output を付けると、パスワードは FILE の隣の、所有者だけが読めるファイルに書きます。パスワードは表示しません。取り込めなかったものは、ファイル名と行番号とともに標準エラー出力に示します。元のファイルは変更しません。

--queue を付けると、nullmailer か dma のキューで待機中のメールをアラートにします。こちらのスプールに確実に保存してから、元のファイルをキューの隣の imported/ に移します。削除はしません。途中で強制終了されても、もう一度実行すれば、二重にはなりません。先に元のプログラムを止めてください。

終了コード: 取り込むものがないか、残ったメールがあれば 65、ファイルが一つもなければ 66。

例:
  alertmail import nullmailer
  alertmail import msmtp --output /etc/alertmail/imported.toml
  alertmail import postfix --root /mnt/old --json
  alertmail import nullmailer --queue
  alertmail import dma --queue --spool /var/spool/alertmail",
    ),
];
