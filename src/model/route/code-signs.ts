// Whether a text has program code in it: a fence, or several lines that look like it. Every pattern takes linear time.

/** UTF-16 units that are looked at. */
const LOOK = 20_000
/** Of lines that look like code. */
const LEAST_LINES = 2

const FENCE = /^ {0,3}(?:```|~~~)/m
const SIGNS: readonly RegExp[] = [
  /^\s{0,40}(?:def|class|fn|func|function|public|private|protected|static|struct|enum|interface|impl|package|namespace) [\w.]/,
  /^\s{0,40}(?:import|from|#include|using|require|export|const|let|var|val) ?[\w{<"'(*]/,
  /^\s{0,40}(?:if|for|while|switch|catch|elif|else if) ?\(?.{0,200}[{:]\s{0,10}$/,
  /^\s{0,40}(?:return|throw|raise|await|yield|print|console\.log|echo)\b.{0,200}[;)\]]\s{0,10}$/,
  /^\s{0,40}(?:[\w<>]{1,40} )?[\w.[\]"']{1,80} ?(?:=|:=|\+=) ?\S.{0,200};\s{0,10}$/,
  /^\s{0,40}(?:SELECT\b.{0,300}\bFROM|INSERT INTO|UPDATE \w{1,60} SET|CREATE TABLE|ALTER TABLE)\b/i,
  /^\s{0,40}<\/?[a-z][\w-]{0,40}(?: [^<>]{0,200})?>/,
  /^\s{0,40}[\w.]{1,80}\([^()]{0,200}\);?\s{0,10}$/,
  /^\s{0,40}[})\]]+[;,]?\s{0,10}$/,
  /=>\s{0,10}[{(]?\s{0,10}$/,
]

export const hasCode = (text: string): boolean => {
  const looked = text.slice(0, LOOK)
  if (FENCE.test(looked)) return true
  let lines = 0
  for (const line of looked.split('\n')) {
    if (SIGNS.some((sign) => sign.test(line)) && ++lines >= LEAST_LINES) return true
  }
  return false
}
