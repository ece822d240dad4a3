import { XMLParser } from 'fast-xml-parser';
import { storeErrors } from '@headwater/object-store';

/** What a document of S3 says, by the names of its elements; all values are text, as a key may look like a number. */
export type XmlElement = Readonly<Record<string, unknown>>;

const repeated = new Set(['Contents', 'Upload']);
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  removeNSPrefix: true,
  htmlEntities: true,
  ignoreDeclaration: true,
  isArray: (name) => repeated.has(name),
});

/** The element of that name at the root of a document; null when there is none, or no XML. */
export function rootElement(body: Buffer, name: string): XmlElement | null {
  try {
    const parsed: unknown = parser.parse(body.toString());
    const root = isElement(parsed) ? parsed[name] : undefined;
    if (typeof root === 'string' && root.trim() === '') return {};
    return isElement(root) ? root : null;
  } catch {
    return null;
  }
}

export function textOf(element: XmlElement, name: string): string | undefined {
  const value = element[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws storeErrors.unavailable when it is not there: the answer is none of S3. */
export function neededText(element: XmlElement, name: string): string {
  const value = textOf(element, name);
  if (value === undefined || value === '')
    throw storeErrors.unavailable(`an answer of the store has no ${name}`);
  return value;
}

/** The elements of a name that may be repeated. */
export function elementsOf(element: XmlElement, name: string): XmlElement[] {
  const value = element[name];
  return Array.isArray(value) ? value.filter(isElement) : [];
}

function isElement(value: unknown): value is XmlElement {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
