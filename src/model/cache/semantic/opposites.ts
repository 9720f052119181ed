// Pairs of words that turn a question around. One line a pair: the first side, then the second.

const PAIRS = `
enable enabling activate / disable disabling deactivate
add adding insert / remove removing delete deleting
open opening / close closing
start starting begin / stop stopping end
increase increasing raise / decrease decreasing reduce lower
buy buying purchase / sell selling
import importing / export exporting
login signin / logout signout
upload uploading / download downloading
install installing / uninstall uninstalling
encrypt encode / decrypt decode
before / after
maximum max highest largest most / minimum min lowest smallest least
first earliest oldest / last latest newest
allow permit / deny forbid block
lock / unlock
send sending / receive receiving
inbound incoming / outbound outgoing
advantages pros benefits / disadvantages cons drawbacks
credit / debit
parent / child
input / output
subscribe / unsubscribe
win / lose
male / female
public / private
upgrade / downgrade
开启 打开 启用 开通 / 关闭 停用 禁用 注销
增加 添加 新增 提高 上调 / 减少 删除 移除 降低 下调
买 购买 / 卖 出售
导入 上传 / 导出 下载
登录 / 退出 登出
之前 以前 / 之后 以后
最大 最高 最多 / 最小 最低 最少
允许 / 禁止 拒绝
加密 / 解密
发送 / 接收
优点 好处 / 缺点 坏处
安装 / 卸载
收入 / 支出
公开 / 私有
升级 / 降级
订阅 / 退订
充值 / 提现
`

/** Word → the sides it is on: `+3`, `-3`. */
const SIDES: ReadonlyMap<string, string> = new Map(
  PAIRS.trim()
    .split('\n')
    .flatMap((line, i) => {
      const [first = '', second = ''] = line.split(' / ')
      const side = (words: string, sign: string) => words.split(' ').map((word) => [word, `${sign}${i}`] as const)
      return [...side(first, '+'), ...side(second, '-')]
    }),
)
const HAN_WORDS = [...SIDES.keys()].filter((word) => /\p{Script=Han}/u.test(word))

/** @param lower in lower case */
export const sidesOf = (lower: string): ReadonlySet<string> => {
  const sides = new Set<string>()
  for (const [word] of lower.matchAll(/[a-z]+/g)) {
    const side = SIDES.get(word)
    if (side !== undefined) sides.add(side)
  }
  for (const word of HAN_WORDS) if (lower.includes(word)) sides.add(SIDES.get(word) as string)
  return sides
}
