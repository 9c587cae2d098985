#!/bin/sh
# Starts Courier: what its package does when it is installed, then its daemons. /etc/ports holds the ports.
# Much of what is read and set here belongs to files of the package.
# shellcheck disable=SC1091,SC2034,SC2154
set -e
. /etc/ports

# It writes databases beside its files.
cp -a /etc/courier /run/etc
mount --bind /run/etc /etc/courier
cd /etc/courier
echo mail.example.jp >me
echo mail.example.jp >defaultdomain
printf 'localhost\nmail.example.jp\n' >locals
echo example.jp >hosteddomains/default
echo example.jp >esmtpacceptmailfor.dir/default
echo 'postmaster: root' >aliases/system
sed -i 's/^authmodulelist=.*/authmodulelist="authuserdb"/' authdaemonrc

mkdir -p /run/courier/authdaemon
umask 077
owner='uid=61001|gid=61001|home=/var/mail|mail=/var/mail'
{
    printf '%s\t%s|esmtppw=%s|hmac-md5pw=%s\n' "$user" "$owner" \
        "$(echo "$password" | userdbpw)" "$(echo "$password" | userdbpw -hmac-md5)"
    printf 'oncall@example.jp\t%s\n' "$owner"
} >userdb
makeuserdb
umask 022
makehosteddomains
makeacceptmailfor
makealiases
chown -R courier:courier /var/lib/courier /run/courier /etc/courier
/usr/lib/courier/courier-authlib/authdaemond &

set -a
. /etc/courier/courierd
DEFAULTDELIVERY=/var/mail/
/usr/lib/courier/courier/courierd &

. /etc/courier/esmtpd
BOFHCHECKDNS=0
TARPIT=0
TLS_CERTFILE=/etc/server.pem
ESMTPAUTH=
ESMTPAUTH_TLS='PLAIN LOGIN CRAM-MD5 CRAM-SHA1 CRAM-SHA256'

listen() {
    port=$1
    shift
    exec /usr/sbin/couriertcpd -address=127.0.0.1 -noidentlookup -nodnslookup -user=courier -group=courier \
        -maxprocs=40 -maxperc=40 -maxperip=40 -pid="/run/$port.pid" "$port" "$@"
}

(AUTH_REQUIRED=1 ESMTP_TLS_REQUIRED=1 listen "$submission" /usr/sbin/courieresmtpd) &
(AUTH_REQUIRED=1 ESMTP_TLS=1 listen "$submissions" /usr/bin/couriertls -server -tcpd /usr/sbin/courieresmtpd) &
(listen "$clear" /usr/sbin/courieresmtpd) &
wait
