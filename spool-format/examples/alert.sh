#!/bin/sh
# Puts one alert into the spool, as README.md of this folder's parent describes it, and prints its id.
#
# usage: alert.sh [-t WHO]... [-l critical|warning|info] [-k KEY] SUBJECT [BODY]
#
# Without BODY the body is read from stdin. Exit code 0: stored, it survives a power cut; anything else: not stored,
# or perhaps, and stderr says which. Needs a POSIX shell, awk, od, and of GNU coreutils: `date +%3N`,
# `sync FILE` (fsync; `sync -d` would be fdatasync, `sync -f` the whole file system) and `mv -nT`.
set -u
LC_ALL=C
export LC_ALL

give_up() { # EXIT-CODE TEXT
    printf 'alert.sh: %s\n' "$2" >&2
    exit "$1"
}

# From octets on stdin to the inside of a JSON string in ASCII. What is not UTF-8 becomes U+FFFD.
json_text() {
    od -An -v -tu1 | awk '
        function put(c) {
            if (c == 34 || c == 92) printf "\\%c", c
            else if (c == 10) printf "\\n"
            else if (c > 31 && c < 127) printf "%c", c
            else if (c < 65536) printf "\\u%04x", c
            else printf "\\u%04x\\u%04x", 55296 + int((c - 65536) / 1024), 56320 + c % 1024
        }
        # The first octet says how many follow, and sometimes a narrower range for the second one.
        function begin(b) {
            low = 128; high = 191
            if (b < 128) put(b)
            else if (b >= 194 && b <= 223) { missing = 1; c = b - 192 }
            else if (b >= 224 && b <= 239) { missing = 2; c = b - 224; if (b == 224) low = 160; if (b == 237) high = 159 }
            else if (b >= 240 && b <= 244) { missing = 3; c = b - 240; if (b == 240) low = 144; if (b == 244) high = 143 }
            else put(65533)
        }
        {
            for (i = 1; i <= NF; i++) {
                b = $i + 0
                if (missing && b >= low && b <= high) {
                    c = c * 64 + b - 128; low = 128; high = 191
                    if (--missing == 0) put(c)
                } else {
                    if (missing) { missing = 0; put(65533) }
                    begin(b)
                }
            }
        }
        END { if (missing) put(65533) }'
}

# 48 bits of milliseconds, 80 bits of chance, in 26 characters.
new_id() {
    { date +%s%3N; od -An -v -N10 -tu1 /dev/urandom; } | awk '
        function digits(value, count,    text) {
            for (text = ""; count > 0; count--) {
                text = substr("0123456789abcdefghjkmnpqrstvwxyz", value % 32 + 1, 1) text
                value = int(value / 32)
            }
            return text
        }
        { for (i = 1; i <= NF; i++) number[++n] = $i }
        END {
            if (n != 11) exit 1
            for (i = 2; i <= 6; i++) first = first * 256 + number[i]
            for (i = 7; i <= 11; i++) second = second * 256 + number[i]
            print digits(number[1], 10) digits(first, 8) digits(second, 8)
        }'
}

default_spool() {
    if [ -n "${ALERTMAIL_SPOOL:-}" ]; then
        printf '%s\n' "$ALERTMAIL_SPOOL"
    elif [ "$(id -u)" = 0 ] || [ -d /var/spool/alertmail ]; then
        echo /var/spool/alertmail
    else
        case ${XDG_STATE_HOME:-} in
            /*) printf '%s\n' "$XDG_STATE_HOME/alertmail" ;;
            *) if [ -n "${HOME:-}" ]; then printf '%s\n' "$HOME/.local/state/alertmail"; else echo /var/spool/alertmail; fi ;;
        esac
    fi
}

recipients='' severity=warning key=''
while getopts t:l:k: option; do
    case $option in
        t) recipients=$recipients${recipients:+,}\"$(printf %s "$OPTARG" | json_text)\" ;;
        l) severity=$OPTARG ;;
        k) key=,\"key\":\"$(printf %s "$OPTARG" | json_text)\" ;;
        *) exit 64 ;;
    esac
done
shift $((OPTIND - 1))
case $severity in critical | warning | info) ;; *) give_up 64 "unknown severity; use critical, warning or info" ;; esac
case $# in
    1) body=$(json_text) ;;
    2) body=$(printf %s "$2" | json_text) ;;
    *) give_up 64 "usage: alert.sh [-t WHO]... [-l SEVERITY] [-k KEY] SUBJECT [BODY]" ;;
esac
[ -n "$1$body" ] || give_up 65 "nothing to tell; give a SUBJECT or a BODY"

id=$(new_id)
[ ${#id} = 26 ] || give_up 75 "cannot make an id; try again later"
subject=$(printf %s "$1" | json_text)
alert="{\"version\":1,\"id\":\"$id\",\"to\":[$recipients],\"subject\":\"$subject\",\"body\":\"$body\",\"severity\":\"$severity\"$key}"
[ ${#alert} -lt 8388608 ] || give_up 65 "the alert is larger than 8 MiB; cut it"

spool=$(default_spool)
cd "$spool/submit/incoming" 2>/dev/null || give_up 73 "no spool at $spool; make it with: alertmail spool init $spool"
[ -w . ] || give_up 77 "no permission to write into the spool $spool"
draft=.$id.tmp name=$id.json

# With -C the shell opens with O_EXCL: neither a file nor a link that somebody put there is written to.
(umask 077 && set -C && : >"$draft") 2>/dev/null || give_up 75 "cannot create a file in $spool; try again later"
trap 'rm -f "$draft"' EXIT
trap 'exit 75' HUP INT TERM
trap '' XFSZ
# This descriptor stays open to the end, so that no error of writing gets lost in between.
command exec 3>>"$draft" || give_up 75 "not stored: cannot write in $spool; try again later"
if ! { chmod 0640 "$draft" && printf '%s\n' "$alert" >&3 && sync "$draft"; }; then
    give_up 75 "not stored: cannot write in $spool; try again later"
fi
# mv says nothing if the name exists (it did not move then); a draft that is still there tells.
if ! mv -nT "$draft" "$name" || [ -e "$draft" ]; then
    give_up 75 "not stored: cannot give the file its name; try again later"
fi
trap - EXIT
trap '' HUP INT TERM

# The name becomes durable with the folder, or, where the folder may not be read, with the file.
if [ -r . ]; then sync .; else sync "$name"; fi || {
    if rm "$name" 2>/dev/null; then
        give_up 75 "not stored: cannot make the file's name durable; try again later"
    elif [ -e "$name" ]; then
        give_up 75 "perhaps not stored: id $id; trying again may send it twice"
    fi
    # It is gone: the agent has read it, and that is success.
}
printf '%s\n' "$id"
