// Reads mails with nodemailer's mailparser. Lines in, lines out: README.md.
'use strict';

const { simpleParser } = require('mailparser');
const { answer } = require('./lines.js');

answer(async (octets) => {
    const mail = await simpleParser(octets);
    const said = [['subject', mail.subject]];
    for (const field of ['from', 'to']) {
        for (const { name, address } of mail[field].value) {
            said.push([`${field}.name`, name], [`${field}.address`, address]);
        }
    }
    said.push(['body', mail.text]);
    for (const { filename } of mail.attachments) {
        said.push(['file', filename]);
    }
    return said;
});
