//! What is wrong with a spool or its modes, and what `spool` does about it.

use super::Sentence;

/// As `SENTENCES` of the module above.
pub(super) const SENTENCES: &[Sentence] = &[
    ("{>}; run: {}", "{>}。対処: {}"),
    // What an audit finds.
    ("`{}` can be written by everybody: {>}", "「{}」に誰でも書き込めます（{>}）"),
    ("`{}` can be written by the group {}: {>}", "「{}」にグループ {} が書き込めます（{>}）"),
    (
        "who may do that can replace the folders of the spool by others",
        "スプールのフォルダを別のものに置き換えられます",
    ),
    ("who may do that can replace the whole spool by another", "スプール全体を別のものに置き換えられます"),
    (
        "`{}` belongs to uid {}: the agent (uid {}) could not remove what it has sent, and would send it again",
        "「{}」の所有者が uid {} のため、エージェント（uid {}）は送信済みのアラートを削除できず、再び送信してしまいます",
    ),
    (
        "`{}` is not sticky: who may write there can remove and rename the alerts of others",
        "「{}」にスティッキービットがないため、書き込める利用者は他人のアラートを削除したり改名したりできます",
    ),
    (
        "`{}` can be listed by everybody: the names of alerts are for the agent alone",
        "「{}」を誰でも一覧できます（アラートの名前を知ってよいのはエージェントだけです）",
    ),
    (
        "`{}` does not give its alerts to a group of the agent (uid {}): it cannot read what others put there",
        "「{}」のアラートがエージェント（uid {}）のグループに属さないため、他人が入れたものを読めません",
    ),
    (
        "`{}` takes links to files of others: whoever knows an alert's name can keep it from being sent",
        "「{}」に他人のファイルへのリンクを作れるため、アラートの名前を知る利用者は、その送信を妨げられます",
    ),
    (
        "`{}` can be written by others than the agent: they can remove and replace waiting alerts",
        "「{}」にエージェント以外も書き込めるため、待機中のアラートを削除したり置き換えたりできます",
    ),
    (
        "`{}` is open to everybody: alerts and journal are for the agent and its operators",
        "「{}」を誰でも読めます（アラートとジャーナルを読んでよいのは、エージェントと運用者だけです）",
    ),
    (
        "`{}` belongs to uid {} and the agent runs as root: an agent of that user cannot read what root leaves there",
        "「{}」の所有者が uid {} なのに、エージェントが root で動いています（root が書いたものを、その利用者のエージェントは読めません）",
    ),
    (
        "`{}` belongs to uid {}: the agent (uid {}) cannot write there",
        "「{}」の所有者が uid {} のため、エージェント（uid {}）が書き込めません",
    ),
    ("`{}` belongs to uid {}: {>}", "「{}」の所有者が uid {} です（{>}）"),
    ("`{}` has a set-uid bit, which nothing here needs", "「{}」に不要な set-uid ビットがあります"),
    (
        "`{}` gives the alerts in it to the group {}, which can read them",
        "「{}」のアラートはグループ {} に属し、そのグループが読めます",
    ),
    // What a look at everything finds.
    ("this folder of the spool is missing", "スプールのこのフォルダがありません"),
    ("this line is damaged, and what it said is not known", "この行は壊れていて、内容が分かりません"),
    (
        "its last line has no end: what it was to say has not happened",
        "最後の行が途切れています（その内容は起きていません）",
    ),
    ("it cannot be read as an alert: {>}", "アラートとして読めません: {>}"),
    ("it lies in {} as well", "{} にもあります"),
    ("a half-written file of an agent that died", "終了したエージェントの書きかけのファイルです"),
    (
        "this is no name of an alert: nobody looks at it, and somebody put it here",
        "アラートの名前ではありません。誰かが置いたもので、読まれることはありません",
    ),
    ("it is sent, and its file is still here", "送信済みなのに、ファイルが残っています"),
    (
        "it lies in dead/, and the journal does not say that it is dead",
        "dead/ にあるのに、ジャーナルに送信断念の記録がありません",
    ),
    (
        "the journal says that it waits, and its file is nowhere: nobody can send it",
        "ジャーナルでは待機中なのに、ファイルがどこにもないため、送信できません",
    ),
    ("it was set aside, and nobody wrote down why", "隔離されていますが、理由の記録がありません"),
    ("it is dead, and its file is not in dead/", "送信断念なのに、ファイルが dead/ にありません"),
    // What `spool` says of itself.
    (
        "an agent is at work on this spool; stop it first: systemctl stop alertmail",
        "このスプールではエージェントが稼働中です。先に停止してください: systemctl stop alertmail",
    ),
    ("cannot put the spool in order: {}", "スプールを修復できません: {}"),
    ("cannot make the folder `{}`: {}", "フォルダ「{}」を作成できません: {}"),
    (
        "`{}` is no spool: it holds `{}`; name an empty folder or a new one",
        "「{}」はスプールではありません（「{}」が入っています）。空のフォルダか、新しいフォルダを指定してください",
    ),
    ("cannot look up the user `{}`: {}; try again", "利用者「{}」を確認できません: {}。後で試してください"),
    (
        "cannot look up the group `{}`: {}; try again",
        "グループ「{}」を確認できません: {}。後で試してください",
    ),
    (
        "the agent's user `{}` is not in the gate's group `{}` and cannot reach its own folder",
        "エージェントの利用者「{}」がグループ「{}」に属していないため、自分のフォルダに入れません",
    ),
    ("cannot write `{}`: {}", "「{}」に書き込めません: {}"),
];
