// Writes src/api/types.ts from docs/openapi.json: one interface per schema, and `Paths`, by which the client is typed.
// Deterministic; `--check` fails when the file in the tree is stale.
import { readFileSync, writeFileSync } from 'node:fs';

const SPEC = new URL('../../docs/openapi.json', import.meta.url);
const OUT = new URL('../src/api/types.ts', import.meta.url);
const BASE = '/api/v1';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const spec = JSON.parse(readFileSync(SPEC, 'utf8'));
const schemas = spec.components.schemas;

/** A name as TypeScript takes it as a key. */
const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

const doc = (text, indent) =>
  text ? `${indent}/** ${text.replaceAll('*/', '*\\/').replaceAll(/\s*\n\s*/g, ' ')} */\n` : '';

/** The TypeScript of a schema. `indent` is that of the line it stands in. */
function type(schema, indent = '') {
  if (!schema || Object.keys(schema).length === 0) return 'unknown';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return [...new Set(either.map((part) => type(part, indent)))].join(' | ');
  if (schema.allOf) return schema.allOf.map((part) => type(part, indent)).join(' & ');
  if (Array.isArray(schema.type)) return schema.type.map((one) => type({ ...schema, type: one }, indent)).join(' | ');
  switch (schema.type) {
    case 'string': return 'string';
    case 'integer':
    case 'number': return 'number';
    case 'boolean': return 'boolean';
    case 'null': return 'null';
    case 'array': return list(schema, indent);
    case 'object': return schema.properties ? members(schema, indent) : `Record<string, ${type(schema.additionalProperties)}>`;
    default: return 'unknown';
  }
}

function list(schema, indent) {
  if (schema.prefixItems) return `[${schema.prefixItems.map((item) => type(item, indent)).join(', ')}]`;
  const item = type(schema.items, indent);
  return /^[\w$]+$/.test(item) ? `${item}[]` : `(${item})[]`;
}

function members(schema, indent) {
  const inner = `${indent}  `;
  const needed = new Set(schema.required ?? []);
  const lines = Object.entries(schema.properties).map(
    ([name, value]) => `${doc(value.description, inner)}${inner}${key(name)}${needed.has(name) ? '' : '?'}: ${type(value, inner)};\n`,
  );
  if (typeof schema.additionalProperties === 'object') lines.push(`${inner}[more: string]: unknown;\n`);
  return `{\n${lines.join('')}${indent}}`;
}

/** A page's items are written out in the contract; here they are the schema that the page is named after. */
function named(name, schema) {
  const item = name.startsWith('Page_') ? name.slice('Page_'.length) : null;
  if (item === null || !schemas[item]) return schema;
  const items = { ...schema.properties.items, items: { $ref: `#/components/schemas/${item}` } };
  return { ...schema, properties: { ...schema.properties, items } };
}

function declaration(name) {
  const schema = named(name, schemas[name]);
  const head = doc(schema.description, '');
  if (schema.allOf) {
    const parents = schema.allOf.filter((part) => part.$ref).map((part) => type(part));
    const own = schema.allOf.filter((part) => !part.$ref);
    const body = own.length > 0 ? members(own[0], '') : '{}';
    return `${head}export interface ${name} extends ${parents.join(', ')} ${body}\n`;
  }
  if (schema.properties) return `${head}export interface ${name} ${members(schema, '')}\n`;
  return `${head}export type ${name} = ${type(schema)};\n`;
}

function params(operation, where, indent) {
  const found = (operation.parameters ?? []).filter((one) => one.in === where);
  if (found.length === 0) return 'undefined';
  const lines = found.map(
    (one) => `${doc(one.description, `${indent}  `)}${indent}  ${key(one.name)}${one.required ? '' : '?'}: ${type(one.schema)};\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}

function answer(operation) {
  const good = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
  const types = good.map(([, response]) => {
    const [media, content] = Object.entries(response.content ?? {})[0] ?? [];
    if (!content) return 'void';
    return media === 'application/json' ? type(content.schema) : 'string';
  });
  return [...new Set(types)].join(' | ') || 'void';
}

function operations(path, item) {
  const indent = '      ';
  const lines = METHODS.filter((method) => item[method]).map((method) => {
    const operation = item[method];
    const body = Object.values(operation.requestBody?.content ?? {})[0];
    return (
      `${doc(operation.summary, '    ')}    ${method}: {\n` +
      `${indent}params: ${params(operation, 'path', indent)};\n` +
      `${indent}query: ${params(operation, 'query', indent)};\n` +
      `${indent}body: ${body ? type(body.schema, indent) : 'undefined'};\n` +
      `${indent}answer: ${answer(operation)};\n    };\n`
    );
  });
  return `  ${JSON.stringify(path)}: {\n${lines.join('')}  };\n`;
}

const paths = Object.entries(spec.paths)
  .filter(([path]) => path.startsWith(`${BASE}/`))
  .map(([path, item]) => operations(path.slice(BASE.length), item));
const text =
  '// Written by scripts/types.mjs from docs/openapi.json. Do not edit: run `npm run types`.\n\n' +
  `${Object.keys(schemas).map(declaration).join('\n')}\n` +
  `/** Every path below ${BASE}, with what each method takes and answers. */\nexport interface Paths {\n${paths.join('')}}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(OUT, 'utf8') !== text) {
    console.error('src/api/types.ts is stale: run `npm run types`');
    process.exit(1);
  }
} else writeFileSync(OUT, text);
