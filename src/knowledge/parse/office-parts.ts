// What the Office Open XML formats share: parts of the package and the relations between them (ECMA-376 part 2).

import { scanXml } from './markup.ts'
import { unreadable } from './reader.ts'
import type { ZipArchive } from './zip.ts'

/** The text of an XML part.
 *  @throws KnowledgeError `knowledge/unreadable` when it is missing */
export const readPart = (archive: ZipArchive, name: string): string => {
  const part = findPart(archive, name)
  if (part === undefined) throw unreadable(`the part ${name} is missing`)
  return part
}

export const findPart = (archive: ZipArchive, name: string): string | undefined => {
  const bytes = archive.read(name)
  if (!bytes) return undefined
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(wide).decode(bytes)
}

/** Part names by relation id, for the relations of one part. */
export const readRelations = (archive: ZipArchive, name: string): ReadonlyMap<string, string> => {
  const slash = name.lastIndexOf('/') + 1
  const relations = new Map<string, string>()
  const xml = findPart(archive, `${name.slice(0, slash)}_rels/${name.slice(slash)}.rels`)
  if (xml === undefined) return relations
  scanXml(xml, {
    open(element, attribute) {
      const [id, target] = [attribute('Id'), attribute('Target')]
      if (element !== 'Relationship' || id === undefined || target === undefined) return
      if (attribute('TargetMode') !== 'External') relations.set(id, resolvePart(name, target))
    },
  })
  return relations
}

/** A reference as a part name: relative to the folder of the part that holds it. */
export const resolvePart = (from: string, target: string): string => {
  const url = new URL(target, `http://package/${from}`)
  try {
    return decodeURIComponent(url.pathname.slice(1))
  } catch {
    return url.pathname.slice(1)
  }
}
