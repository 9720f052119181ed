// Portkey's server binds all interfaces; a bench has no business with the network.
const { Server } = require('node:net')
const { listen } = Server.prototype
Server.prototype.listen = function (...args) {
  const [first] = args
  if (typeof first === 'number')
    return listen.call(this, first, '127.0.0.1', ...args.slice(1).filter((arg) => typeof arg === 'function'))
  if (first && typeof first === 'object' && 'port' in first)
    return listen.call(this, { ...first, host: '127.0.0.1' }, ...args.slice(1))
  return listen.apply(this, args)
}
