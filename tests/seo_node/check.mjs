// Reads heads, sitemaps and feeds (JSON, the file named as argument) and holds them against the libraries that will
// read them. Prints what it checked; exits 1 with the reasons where something is wrong.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { parseFeed } from 'feedsmith'
import { parseFragment } from 'parse5'
import { ErrorLevel, XMLToSitemapIndexStream } from 'sitemap'
import { createHead, renderSSRHead } from 'unhead/server'
import { validateXML } from 'xmllint-wasm'

const here = dirname(fileURLToPath(import.meta.url))
const input = JSON.parse(readFileSync(process.argv[2], 'utf8'))

// The tags of a piece of HTML, in no order: unhead sorts by its own weights.
function tags(html) {
  const errors = []
  const fragment = parseFragment(html, { onParseError: (error) => errors.push(error.code) })
  assert.deepEqual(errors, [], html)
  const elements = fragment.childNodes.filter((node) => node.tagName)
  return elements
    .map((node) => {
      const attributes = node.attrs.filter(({ name }) => !name.startsWith('data-'))
      const pairs = attributes.map(({ name, value }) => `${name}=${value}`).sort()
      return [node.tagName, ...pairs, ...node.childNodes.map((child) => child.value)].join(' ')
    })
    .sort()
}

async function checkUnhead({ name, html, unhead }) {
  const head = createHead({ disableDefaults: true })
  head.push({ titleTemplate: '%s | PARENT' })
  head.push(unhead)
  const rendered = await renderSSRHead(head)
  assert.deepEqual(tags(rendered.headTags), tags(html), name)
  assert.match(rendered.htmlAttrs, /lang="[a-z]+"/, name)
}

// One TypeScript file in which each head must satisfy Next's type.
function checkNext(heads) {
  const folder = mkdtempSync(join(here, 'next-'))
  try {
    const constants = heads.map(({ next }, index) => `export const head${index} = ${JSON.stringify(next)} satisfies Metadata\n`)
    const file = join(folder, 'heads.ts')
    writeFileSync(file, `import type { Metadata } from 'next'\n${constants.join('')}`)
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--module', 'esnext', '--moduleResolution', 'bundler', '--jsx', 'preserve']
    execFileSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), ...options, file], { stdio: 'pipe' })
  } catch (error) {
    throw new Error(String(error.stdout))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// sitemaps.org's own schema, with the one element of another namespace that search engines define for it.
async function checkSitemap(xml) {
  const schema = readFileSync(join(here, 'node_modules/sitemap/schema/sitemap.xsd'), 'utf8')
  const link = `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xhtml">
    <xsd:element name="link"><xsd:complexType>
      <xsd:attribute name="rel" type="xsd:string" use="required"/>
      <xsd:attribute name="hreflang" type="xsd:language" use="required"/>
      <xsd:attribute name="href" type="xsd:anyURI" use="required"/>
    </xsd:complexType></xsd:element></xsd:schema>`
  const all = `<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
    <xsd:import namespace="http://www.sitemaps.org/schemas/sitemap/0.9" schemaLocation="sitemap.xsd"/>
    <xsd:import namespace="http://www.w3.org/1999/xhtml" schemaLocation="link.xsd"/></xsd:schema>`
  const files = [
    { fileName: 'sitemap.xsd', contents: schema },
    { fileName: 'link.xsd', contents: link },
  ]
  const result = await validateXML({ xml, schema: all, preload: files })
  assert.ok(result.valid, result.rawOutput)
}

async function checkIndex(xml) {
  const stream = Readable.from([xml]).pipe(new XMLToSitemapIndexStream({ level: ErrorLevel.THROW }))
  const sitemaps = []
  for await (const sitemap of stream) sitemaps.push(sitemap.url)
  assert.ok(sitemaps.length > 0)
}

function checkFeed([format, text, items]) {
  const { format: found, feed } = parseFeed(text)
  assert.equal(found, format)
  assert.equal((feed.items ?? feed.entries).length, items)
  assert.ok(feed.title)
}

for (const head of input.heads) await checkUnhead(head)
console.log(`unhead: ${input.heads.length} heads`)
checkNext(input.heads)
console.log(`next: ${input.heads.length} heads`)
for (const xml of input.sitemaps) await checkSitemap(xml)
for (const xml of input.indexes) await checkIndex(xml)
console.log(`sitemaps: ${input.sitemaps.length} files, ${input.indexes.length} indexes`)
input.feeds.forEach(checkFeed)
console.log(`feeds: ${input.feeds.length}`)
