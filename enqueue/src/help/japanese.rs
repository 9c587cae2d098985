//! The same help in Japanese. One constant text: this program has no table of words, and its messages are in English, for logs
//! and scripts. Tests hold it to the options, exit codes and examples of the English one.

/// The answer to `--help` where the environment asks for Japanese.
pub const HELP_JAPANESE: &str = "\
アラートを1件、確実にスプールへ保存し、その ID を表示します。

使い方: enqueue [オプション] [TEXT... | -]

終了コード 0 は、アラートがディスクに保存され、クラッシュや停電でも失われないことを表します。
保存されたアラートは、使えるプロバイダがありしだい、エージェント（alertmail）がメールで送信します。
enqueue はネットワークを待たず、エージェントが動いていなくても使えます。標準入力は、
時間がかかっても最後まで読みます。

TEXT は本文です。複数の語は空白でつなぎます。TEXT がなければ、本文を標準入力から読みます（端末の
場合を除く）。`-` を指定すると端末からも読みます。空の TEXT（''）なら何も読みません。UTF-8 でない
バイトは、文字列では U+FFFD に置き換え、添付ファイルではそのまま残します。件名と本文のどちらかは
必要です。

オプション
  -t, --to WHO          宛先のアドレスかエイリアス。繰り返すか、カンマで区切って複数指定可。
                        宛先がなければ、エージェントの既定の宛先へ送信
      --cc WHO          Cc の宛先
      --bcc WHO         Bcc の宛先（ほかの宛先には見えない）
      --sender ADDRESS  返信先のアドレス
      --from-name NAME  差出人として表示される名前
  -s, --subject LINE    件名
      --severity LEVEL  重要度: critical、warning（既定）、info
  -k, --key KEY         アラートの対象を表すキー。同じキーのメールは1つのスレッドになる
      --resolves        このキーの問題が解決したことを知らせる
      --ttl TIME        有効期間: 90s、15m、2h、3d、または秒数。過ぎたものは送信しない
      --header 'N: V'   追加のヘッダ。繰り返し可
      --attach FILE     添付ファイル。繰り返し可、全体で 8 MiB まで
      --caller NAME     監視ソフトが独自の形式で渡す内容から各項目を埋める。「監視ソフト」を参照
      --spool DIR       使用するスプール。省略時は $ALERTMAIL_SPOOL。それもなければ、root の場合か
                        /var/spool/alertmail がある場合はそこ。いずれでもなければ
                        $XDG_STATE_HOME/alertmail か ~/.local/state/alertmail
      --timeout TIME    ディスクが応答しなくても、この時間で終了。「保存先」を参照（既定: 30s）
      --check           保存せずに、呼び出し元が使える保存先と、使えない理由を表示
      --json            --check の結果を JSON で出力
  -h, --help            このヘルプを表示
  -V, --version         バージョンを表示

監視ソフト
  --caller を指定すると、監視ソフト自身の環境変数、引数、JSON から、件名、本文、重要度、キー、
  --resolves、有効期間を埋めます。オプションによる指定が優先します。オプションは監視ソフトの引数より
  前に置きます。解釈できない内容も、そのままアラートになります。対応するもの: smartd、mdadm、nut、
  upssched、apcupsd、monit、zabbix、nagios、icinga2、systemd、zed、fail2ban、alertmanager、
  grafana、healthcheck。それぞれ何を読むかは --caller help で表示します。

保存先
  1  スプールの、新しいアラートのフォルダ
  2  そのフォルダを使えない場合（存在しない、満杯、読み取り専用、権限がない、壊れている）は、
     エージェントのソケット（/run/alertmail/submit.sock、所有者専用のスプールでは submit/socket。
     $ALERTMAIL_SOCKET で変更可）
  3  メモリ上の予備フォルダ。管理者が /run/alertmail/spare を作成したか、$ALERTMAIL_SPARE で
     指定した場合のみ。停電で失われるため、終了コード 0 とともに警告を表示
  4  システムログ。本文だけを、人が読めるように書く: 終了コード 75
  制限時間は全体に適用します。応答しないディスクは、その3分の2が過ぎると諦めます。カーネルが中断
  できない場合（状態 D）は、呼び出し元も待たされます。それでも、アラートはその前に別の場所へ
  保存されています。

例
  enqueue --to oncall@example.jp --severity critical --subject 'disk full on db1'
  df -h | enqueue --to ops,root --key disk-db1 --subject 'disk full on db1'
  enqueue --key disk-db1 --resolves --subject 'disk on db1 is fine again' ''

  enqueue --caller systemd backup.service
  enqueue --to ops --caller nut 'UPS home@localhost on battery'

  cron:     30 2 * * *  backup || enqueue --key backup --subject 'backup failed'
  systemd:  OnFailure=alert@%n.service とし、alert@.service に:
            ExecStart=/usr/bin/enqueue --severity critical --key %i --subject '%i failed on %H'
  パイプ:   journalctl -u db -n 50 | enqueue --subject 'db is slow'

別の名前
  sendmail    標準入力のメール全体。メールを送るプログラムが渡す形のまま受け取る。標準入力の内容は
              拒否せず、未知のオプションは警告にとどめる。専用のヘルプあり
  mail        標準入力の本文。mailutils、bsd-mailx、s-nail 向けのスクリプトが渡す形のまま
              受け取る。mailx でも同じ（mail --help）
  mailq       alertmail list と同じ
  newaliases  何もせずに成功する。エイリアスは、エージェントの起動時と再読み込み時に読まれる

終了コード
   0  保存済み。標準出力に ID を表示
  64  使い方の誤り
  65  アドレスでもエイリアスでもない宛先、標準入力も件名も空、大きすぎる、またはエージェントが拒否
  66  標準入力か添付ファイルを読めない
  69  mailq または sendmail -q として: alertmail を起動できない
  73  スプールがない、またはスプールにファイルを作成できない（作成: alertmail spool init DIR）
  75  今は保存できない: 空きがない、容量制限、ディスクの異常、またはシステムログだけに記録。後で
      再試行が必要。`perhaps not stored` と表示された後の再試行では、二重に届くことがある
  77  スプールに書き込む権限がない
73 と 77 は、システムログを含むどの保存先も使えなかったことを表します。終了コードが 0 でなければ、
理由、対処、本文の現在の場所を、標準エラー出力に1行で（英語で）表示します。
";

/// The answer to `sendmail --help` in Japanese.
pub const SENDMAIL_JAPANESE: &str = "\
標準入力のメールを、sendmail としてスプールへ保存します。

使い方: sendmail [オプション] [宛先...]

宛先は、アドレスか、エージェントの [aliases] にある名前です。宛先がなければ、エージェントの既定の
宛先へ送信します。Bcc はメールから取り除きます。標準入力の内容は、何であってもアラートになります。

  -t           To、Cc、Bcc の宛先にも送信
  -f, -r ADDR  返信先。From にアドレスがない場合に使う
  -F NAME      差出人の名前。From がない場合に使う
  -i, -oi      ドットだけの行も本文とする。端末からの入力でなければ、指定しなくても同じ
  -bm          標準入力はメール（既定）
  -bs          標準入力と標準出力で SMTP の対話をする
  -bp          待っているアラートを表示: alertmail list（mailq でも同じ）
  -q           待っているアラートを今すぐ再試行: alertmail retry --all。時間付きの -q は何もしない
  -bi, -I      何もせずに成功する（newaliases でも同じ）
  --           以降はすべて宛先

-A -B -C -h -L -N -O -o -p -R -V -X は値を取り、-c -d -D -e -G -J -m -n -U -v -x は値を取らず、
いずれも無視します。-bd、-bh、-bt、-bv は拒否します。未知のオプションは、警告を出して無視します。

終了コードは enqueue と同じです（enqueue --help）。
";

/// The answer to `mail --help` in Japanese.
pub const MAIL_JAPANESE: &str = "\
標準入力の本文を、メールとしてスプールへ保存します。

使い方: mail [オプション] [宛先...]

オプションとその値は、GNU mailutils、bsd-mailx、s-nail のものです。宛先の後ろに置いても構いません。
宛先がなければ、エージェントの既定の宛先へ送信します。

  -s SUBJECT   件名
  -r ADDR      差出人。From の指定がない場合に使い、返信先にもなる（-S from=ADDR、-- -f ADDR も可）
  -c, -b LIST  Cc、Bcc の宛先
  -a           'Name: value' の形ならヘッダ。それ以外は添付ファイル
  -A FILE      添付ファイル。存在しなければ、そのことをメールに書く
  -t           標準入力の先頭はヘッダ: To、Cc、Bcc など
  -E           本文が空なら送信しない（'set escape' のように続くコマンドは無視）
  -q, -m FILE  本文の下に、このファイルの内容を加える
  -M TYPE      本文のメディアタイプ

ほかのオプションは無視し、未知のものには警告を出します。-e、-f、-H、-u はメールを読むためのもので、
拒否します。ドットだけの行は、端末からの入力でのみ本文の終わりになります。

終了コードは enqueue と同じです（enqueue --help）。
";
