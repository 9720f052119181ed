// What the offline model says of itself. It never pretends to be a language model.

import { isChinese } from './terms.ts'

const QUOTE_LENGTH = 80

const quote = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim()
  const points = Array.from(line)
  return points.length > QUOTE_LENGTH ? `${points.slice(0, QUOTE_LENGTH).join('')}…` : line
}

export const introduction = (asked: string): string =>
  isChinese(asked)
    ? '我是 Heddle 的离线模型：不是语言模型，只按固定规则工作。我可以从给定的上下文中摘出答案，执行简单的指令（复述、总结、大小写、计数），给文本分类，以及提取字段。需要真正的回答时，请配置一个模型供应商。'
    : "I am Heddle's offline model: no language model, only fixed rules. I can quote answers from a context, follow simple " +
      'instructions (repeat, summarize, change case, count), sort texts into categories and read values out of them. ' +
      'For real answers, configure a model provider.'

export const greeting = (asked: string): string =>
  isChinese(asked) ? `你好！${introduction(asked)}` : `Hello! ${introduction(asked)}`

/** For a request that needs a language model. */
export const nothingToWorkWith = (asked: string): string => {
  if (asked.trim() === '') return introduction(asked)
  return isChinese(asked)
    ? `收到：“${quote(asked)}”。这里没有可供引用的上下文。${introduction(asked)}`
    : `You wrote: "${quote(asked)}". There is no context here to answer from. ${introduction(asked)}`
}

export const notInContext = (asked: string): string =>
  isChinese(asked)
    ? '给定的上下文中没有找到答案。（Heddle 的离线模型只能按词语匹配查找，并不理解内容。）'
    : "I found no answer in the given context. (Heddle's offline model only looks for matching words; it does not understand.)"

export const cannotTranslate = (asked: string): string =>
  isChinese(asked)
    ? '我不会翻译：我是 Heddle 的离线模型，不是语言模型。需要翻译时，请配置一个模型供应商。'
    : "I cannot translate: I am Heddle's offline model, no language model. Configure a model provider for that."
