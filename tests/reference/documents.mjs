// Office, EPUB, mail and PDF files by other makers than Simile, with texts that the tests look for.
// usage: node documents.mjs OUT_DIR   (npm i --ignore-scripts docx@9.15.2 pptxgenjs exceljs@4.4.0 epub-gen-memory@1.1.2 nodemailer pdfkit pdf-lib jspdf@4.2.1)
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

const require = createRequire(process.cwd() + '/');
const out = process.argv[2];
fs.mkdirSync(out, { recursive: true });
const write = (name, bytes) => fs.writeFileSync(path.join(out, name), bytes);

// docx
const d = require('docx');
const cell = text => new d.TableCell({ children: [new d.Paragraph(text)] });
write('report.docx', await d.Packer.toBuffer(new d.Document({
  footnotes: { 1: { children: [new d.Paragraph('The footnote tells of quolls.')] } },
  comments: { children: [{ id: 0, author: 'A', date: new Date(0), children: [new d.Paragraph('A remark about lemurs.')] }] },
  sections: [{ children: [
    new d.Paragraph({ text: 'Yearly report', heading: d.HeadingLevel.TITLE }),
    new d.Paragraph({ text: 'Animals', heading: d.HeadingLevel.HEADING_1 }),
    new d.Paragraph({ children: [new d.TextRun('The armadillo '), new d.TextRun({ text: 'rolls', bold: true }), new d.TextRun(' into a ball.'), new d.FootnoteReferenceRun(1)] }),
    new d.Paragraph({ text: 'Food', heading: d.HeadingLevel.HEADING_2 }),
    new d.Paragraph({ text: 'ants', bullet: { level: 0 } }),
    new d.Paragraph({ text: 'beetles', bullet: { level: 0 } }),
    new d.Paragraph({ text: 'Prices', heading: d.HeadingLevel.HEADING_1 }),
    new d.Table({ rows: [new d.TableRow({ children: [cell('item'), cell('price')] }), new d.TableRow({ children: [cell('saddle'), cell('120')] })] }),
    new d.Paragraph({ children: [new d.CommentRangeStart(0), new d.TextRun('Grüße aus 東京.'), new d.CommentRangeEnd(0), new d.TextRun({ children: [new d.CommentReference(0)] })] }),
    new d.Paragraph({ text: 'Nothing under it', heading: d.HeadingLevel.HEADING_1 }),
  ] }],
})));

// pptx
const P = require('pptxgenjs');
const deck = new P();
deck.defineSlideMaster({ title: 'M', objects: [{ placeholder: { options: { name: 'title', type: 'title', x: 0.5, y: 0.2, w: 9, h: 1 }, text: '' } }], slideNumber: { x: 0, y: 5 } });
let slide = deck.addSlide({ masterName: 'M' });
slide.addText('Where pelicans nest', { placeholder: 'title' });
slide.addText([{ text: 'On islands', options: { bullet: true, breakLine: true } }, { text: 'Near lakes', options: { bullet: true } }], { x: 1, y: 2, w: 6, h: 2 });
slide.addNotes('Speak slowly about the dunes.');
slide = deck.addSlide();
slide.addTable([['bird', 'eggs'], ['pelican', '2']], { x: 1, y: 1 });
write('slides.pptx', await deck.write({ outputType: 'nodebuffer' }));

// xlsx
const E = require('exceljs');
const book = new E.Workbook();
const sheet = book.addWorksheet('Prices');
sheet.addRow(['item', 'price', 'since']);
sheet.addRow(['saddle', 120.5, new Date(Date.UTC(2024, 4, 17))]);
sheet.addRow(['bridle', 35, new Date(Date.UTC(2023, 0, 2))]);
sheet.getCell('A3').note = 'ask the tanner';
sheet.getCell('B4').value = { formula: 'SUM(B2:B3)', result: 155.5 };
const notes = book.addWorksheet('Notes & more');
notes.getCell('A1').value = { richText: [{ text: 'The ' }, { font: { bold: true }, text: 'stable' }, { text: ' is closed.' }] };
notes.getCell('C3').value = true;
write('prices.xlsx', Buffer.from(await book.xlsx.writeBuffer()));

// epub
const epub = require('epub-gen-memory').default;
write('book.epub', await epub({ title: 'Two birds', author: 'A' }, [
  { title: 'The flamingo', content: '<p>Flamingos stand on one leg.</p><h2>Colour</h2><p>It comes from shrimps.</p>' },
  { title: 'The heron', content: '<p>Herons wait.</p>' },
]));

// mail
const mailer = require('nodemailer').createTransport({ streamTransport: true, buffer: true });
const mail = async message => (await mailer.sendMail({ from: 'Änne Müller <a@example.org>', to: 'b@example.org', date: new Date(0), messageId: '<1@example.org>', ...message })).message;
const both = await mail({ subject: 'Grüße vom Otter', text: 'The otter swims.\n\nIt floats on its back.', html: '<p>The <b>otter</b> swims.</p>', attachments: [
  { filename: 'list.csv', content: 'name,place\nOtter,river\n' }, { filename: 'report.docx', content: fs.readFileSync(path.join(out, 'report.docx')) }] });
write('otter.eml', both);
write('page.eml', await mail({ subject: 'Only a page', html: '<h1>Beavers</h1><p>They build dams &amp; lodges.</p>', attachments: [{ filename: 'a.bin', content: Buffer.from([1, 2, 3]) }] }));
write('box.mbox', Buffer.concat(['The first letter tells of voles.', 'The second letter tells of shrews.\nFrom here it goes on.'].flatMap((text, i) => [
  Buffer.from(`From a@example.org Thu Jan  1 00:00:0${i} 1970\n`), Buffer.from(`From: a@example.org\nSubject: Letter ${i + 1}\n\n${text.replace(/^From /gm, '>From ')}\n\n`)])));
write('latin.eml', Buffer.concat([Buffer.from('From: a@example.org\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\nContent-Type: text/plain; charset=nosuch\n\nF'), Buffer.from([0xfc]), Buffer.from('chse graben.\n')]));

// pdf by three makers
const pdfkit = require('pdfkit');
const made = (options, draw) => new Promise(done => { const doc = new pdfkit(options); const parts = []; doc.on('data', p => parts.push(p)); doc.on('end', () => done(Buffer.concat(parts))); draw(doc); doc.end(); });
const long = 'Wombats dig long burrows with their strong claws and sleep through the heat of the day in them. ';
const base = { info: { CreationDate: new Date(0) } };
write('paper.pdf', await made({ ...base, size: 'A4' }, doc => {
  doc.fontSize(24).text('On wombats'); doc.moveDown().fontSize(16).text('Burrows').moveDown(0.5).fontSize(11).text(long.repeat(4)).moveDown().text('A second paragraph tells of cubes.');
  doc.addPage().fontSize(16).text('Food').moveDown(0.5).fontSize(11).text('They eat grass.').moveDown();
  for (const [i, row] of [['plant', 'share'], ['grass', '80 %'], ['roots', '20 %']].entries()) { doc.text(row[0], 72, 300 + i * 16, { lineBreak: false }); doc.text(row[1], 300, 300 + i * 16, { lineBreak: false }); }
}));
write('columns.pdf', await made({ ...base, size: 'A4' }, doc => {
  doc.fontSize(11).text(('The left column is read first. ').repeat(8) + 'It ends with marmots.', 72, 100, { width: 210 });
  doc.text(('The right column is read second. ').repeat(8) + 'It ends with gophers.', 320, 100, { width: 210 });
}));
write('locked.pdf', await made({ ...base, userPassword: 'secret', ownerPassword: 'owner', pdfVersion: '1.7' }, doc => doc.text('Nobody sees this.')));
write('owned.pdf', await made({ ...base, ownerPassword: 'owner', pdfVersion: '1.7' }, doc => doc.text('Anybody may see the tapir.')));
const png = (() => { const crc = b => { let c = ~0; for (const x of b) { c ^= x; for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1; } return ~c >>> 0; };
  const part = (type, data) => { const body = Buffer.concat([Buffer.from(type), data]); const head = Buffer.alloc(4), tail = Buffer.alloc(4); head.writeUInt32BE(data.length); tail.writeUInt32BE(crc(body)); return Buffer.concat([head, body, tail]); };
  const head = Buffer.alloc(13); head.writeUInt32BE(40, 0); head.writeUInt32BE(40, 4); head[8] = 8; return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), part('IHDR', head), part('IDAT', zlib.deflateSync(Buffer.alloc(41 * 40, 90))), part('IEND', Buffer.alloc(0))]); })();
write('scan.pdf', await made(base, doc => { doc.image(png, 0, 0, { width: 500 }); doc.addPage().image(png, 0, 0, { width: 500 }); }));
const lib = require('pdf-lib');
const two = await lib.PDFDocument.create(); const font = await two.embedFont(lib.StandardFonts.TimesRoman);
two.setCreationDate(new Date(0)); two.setModificationDate(new Date(0));
two.addPage([400, 400]).drawText('A page of pdf-lib about narwhals', { x: 40, y: 300, size: 12, font });
write('lib.pdf', await two.save());
const { jsPDF } = require('jspdf');
const three = new jsPDF(); three.setCreationDate(new Date(0)); three.text('A page of jsPDF about walruses', 20, 20); three.addPage(); three.text('Its second page tells of seals', 20, 20);
write('js.pdf', Buffer.from(three.output('arraybuffer')));
