// The files Python sees live in memory. Everything made during boot is read-only for good; /tmp and the home folder are
// fresh mounts for each run, with a budget, and vanish with it. Open files and the working folder are put back as well.

const READ_ONLY = 69 // EROFS
const NO_SPACE = 51 // ENOSPC
const MAX_NODES = 4096

/** @param budgetBytes what one run may write to files */
export const createFileSystem = ({ FS, home, budgetBytes }) => {
  const { MEMFS } = FS.filesystems
  const scratch = ['/tmp', home]
  let bytesLeft = 0
  let nodesLeft = 0

  const refuse = () => {
    throw new FS.ErrnoError(READ_ONLY)
  }
  const frozen = new Map()
  const readOnly = (ops, names) => {
    if (!frozen.has(ops)) {
      frozen.set(ops, { ...ops, ...Object.fromEntries(names.filter((name) => name in ops).map((n) => [n, refuse])) })
    }
    return frozen.get(ops)
  }
  const freeze = (node) => {
    node.node_ops = readOnly(node.node_ops, ['setattr', 'mknod', 'rename', 'unlink', 'rmdir', 'symlink'])
    if (FS.isFile(node.mode)) node.stream_ops = readOnly(node.stream_ops, ['write', 'msync', 'allocate'])
    if (FS.isDir(node.mode)) for (const child of Object.values(node.contents ?? {})) freeze(child)
  }
  const charge = (bytes) => {
    if (bytes > bytesLeft) throw new FS.ErrnoError(NO_SPACE)
    bytesLeft -= bytes
  }
  const limitGrowth = () => {
    const { node, stream } = MEMFS.ops_table.file
    const { write } = stream
    const { setattr } = node
    const { createNode } = MEMFS
    stream.write = (open, buffer, offset, length, position, canOwn) => {
      charge(Math.max(0, position + length - open.node.usedBytes))
      return write(open, buffer, offset, length, position, canOwn)
    }
    node.setattr = (target, attributes) => {
      charge(Math.max(0, (attributes.size ?? 0) - target.usedBytes))
      return setattr(target, attributes)
    }
    MEMFS.createNode = (...args) => {
      if (nodesLeft-- <= 0) throw new FS.ErrnoError(NO_SPACE)
      return createNode(...args)
    }
  }
  const mountScratch = () => {
    bytesLeft = budgetBytes
    nodesLeft = MAX_NODES
    for (const folder of scratch) FS.mount(MEMFS, {}, folder)
    FS.currentPath = home
  }

  freeze(FS.root)
  limitGrowth()
  mountScratch()
  const baseline = FS.streams.map((stream) => stream && { stream, shared: { ...stream.shared } })
  return {
    /** Undoes what the last run did to files. */
    reset() {
      FS.streams.length = 0
      baseline.forEach((entry, fd) => {
        if (entry) Object.assign(entry.stream.shared, entry.shared)
        FS.streams[fd] = entry?.stream ?? null
      })
      FS.currentPath = '/'
      for (const folder of scratch) FS.unmount(folder)
      mountScratch()
    },
  }
}
