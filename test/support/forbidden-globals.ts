// Finds uses of what comes from outside a program: time, chance, the network, the environment, the console. Reads the
// syntax tree, so comments, texts, and parameters that happen to be called `fetch` do not count.

import ts from 'typescript'

const CALLS = new Set(['setTimeout', 'setInterval', 'randomUUID', 'fetch'])
const MEMBERS = new Set(['Date.now', 'Math.random', 'performance.now', 'process.env', 'crypto.randomUUID'])

/** Names such as `Date.now`, once each, in order of appearance. */
export const forbiddenGlobals = (path: string, text: string): readonly string[] => {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const own = new Set<string>()
  const uses: { readonly name: string; readonly root: string }[] = []
  const visit = (node: ts.Node): void => {
    if (isDeclaration(node) && ts.isIdentifier(node.name)) own.add(node.name.text)
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const name = `${node.expression.text}.${node.name.text}`
      if (MEMBERS.has(name)) uses.push({ name, root: node.expression.text })
      if (node.expression.text === 'console') uses.push({ name: 'console', root: 'console' })
      if (node.expression.text === 'globalThis' && CALLS.has(node.name.text)) uses.push({ name, root: 'globalThis' })
    }
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && CALLS.has(node.expression.text)) {
      uses.push({ name: node.expression.text, root: node.expression.text })
    }
    if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments?.length ?? 0) === 0) {
      uses.push({ name: 'new Date()', root: 'Date' })
    }
    // What is imported under its own name is a global by another door.
    if (ts.isImportSpecifier(node) && CALLS.has((node.propertyName ?? node.name).text)) {
      uses.push({ name: (node.propertyName ?? node.name).text, root: '' })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...new Set(uses.filter((use) => !own.has(use.root)).map((use) => use.name))]
}

const isDeclaration = (node: ts.Node): node is ts.ParameterDeclaration | ts.VariableDeclaration | ts.BindingElement =>
  ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isBindingElement(node)
