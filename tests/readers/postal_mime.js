// Reads mails with postal-mime. Lines in, lines out: README.md.
'use strict';

const { default: PostalMime } = require('postal-mime');
const { answer } = require('./lines.js');

answer(async (octets) => {
    const mail = await PostalMime.parse(octets);
    const said = [['subject', mail.subject]];
    for (const [field, people] of [['from', [mail.from]], ['to', mail.to]]) {
        for (const { name, address } of people) {
            said.push([`${field}.name`, name], [`${field}.address`, address]);
        }
    }
    said.push(['body', mail.text]);
    for (const { filename } of mail.attachments) {
        said.push(['file', filename]);
    }
    return said;
});
