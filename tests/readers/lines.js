// Lines in, lines out, for the readers in JavaScript: README.md.
'use strict';

const readline = require('node:readline');

exports.answer = async (read) => {
    const encoded = ([key, value]) => `${key}=${Buffer.from(value || '').toString('base64')}`;
    for await (const line of readline.createInterface({ input: process.stdin })) {
        let said;
        try {
            said = await read(Buffer.from(line, 'base64'));
        } catch (error) {
            said = [['error', String(error)]];
        }
        process.stdout.write(said.map(encoded).join('\t') + '\n');
    }
};
