# Papergram 的全部中文文案，键名与变量须与 en.ftl 一致。

### 问候

start-hello = 你好！告诉我研究主题，我每天推送 arXiv 新论文。
start-try = 点一个主题，或直接输入：
field-diffusion = 扩散模型
field-agents = 大模型智能体
field-robots = 机器人操作与运动
field-quantum = 量子纠错
start-back = 欢迎回来。{ $topics ->
    [0] 你还没有订阅主题，直接输入关键词即可开始。
   *[other] 你订阅了 { $topics } 个主题：/list 查看，/digest 获取最新论文。
}
start-group = 大家好！管理员发送 /sub 加关键词即可订阅主题，例如：/sub diffusion model
    其他用法见 /help。
start-wordless = 我只看得懂文字。请输入主题，例如 diffusion model，或发送论文的编号或链接；完整用法见 /help。

help-title = 使用说明
help-body =
    /sub diffusion -survey cat:cs.CV – 订阅主题
    /list – 我的主题和推送时间，点数字可修改
    /digest – 立即获取最新论文；/digest 2 或 /digest quantum error correction 只看一个主题
    /unsub – 退订主题；/unsub_all 退订全部
    /pause、/resume – 暂停、恢复推送；/stop 也是暂停
    /export、/import – 导出、导入主题
    /settings – 时间、时区、语言、显示方式
    /timezone 上海 – 设置时区
    /time 08:30 – 设置推送时间
    /lang – 切换中英文
    /about – 关于本机器人；/forget – 导出并删除我的数据
help-papers-title = 查找论文
help-papers =
    /today – 最近一次公布的论文
    /search ti:attention – 搜索全部论文
    /paper 2402.12844 – 按编号或链接打开论文；直接发送带链接的消息也可以
    /saved – 用 ☆ 收藏的论文
    /history – 历史推送；/missed – 未推送的论文
help-words-title = 主题怎么写
help-words =
    diffusion segmentation – 同时包含两个词
    "image restoration" – 完整短语
    "splatting video"~10 – 两词相近，先后不限
    quant* – 以 quant 开头的词
    gan OR vae、(a OR b) c、-survey – 或、分组、排除
    ti:attention abs:robot au:"He, Kaiming" – 只查标题、摘要、作者
    cs.CV、hep-th、math – arXiv 分类

### 主题

sub-usage = 想订阅什么主题？点一个，或把关键词写在命令后面，例如：/sub 扩散模型
preview-title = { $topic }
preview-count = { $papers ->
    [0] 最近 { $days } 天没有匹配的论文。
   *[other] 最近 { $days } 天有 { $papers } 篇论文。
}
preview-about = 最近 { $days } 天约有 { $papers } 篇匹配的论文（带 * 的词和人名按抽样估算）。
preview-at-least = 最近 { $days } 天至少有 { $papers } 篇匹配的论文。已收录的论文正在更新索引，几分钟后再看即为完整结果。
preview-partial = { $days ->
    [0] 目前还没有收录论文，之后会陆续增加。
   *[other] 目前只收录了 { $days } 天的论文，之后会陆续增加。
}
preview-many = 论文偏多，再加一个词、短语或分类可以缩小范围。
preview-author = 没有论文含有这些词。如果 { $name } 是作者，可以按作者订阅：
button-follow-name = 作者 { $name }
preview-none = 主题可能比较冷门。可以先订阅，有新论文就会推送；也可以减少关键词再试。
preview-stored = 全部收录论文中有 { $papers } 篇匹配，主题虽冷门，但会有新论文。
preview-stored-many = 全部收录论文中有 { $papers } 篇以上匹配，之后会有新论文。
suggestions = { $readings ->
   *[other] 你是不是想找：
}
suggestion-recent = { $query }：每周 { $papers } 篇
suggestion-stored = { $query }：{ $papers } 篇
suggestion-stored-many = { $query }：{ $papers } 篇以上
suggestion-together = 其中 { $papers } 篇里这些词彼此相近。
preview-examples = 例如：
preview-chinese = arXiv 论文是英文的，其中有的词我不知道英文说法。请改用英文关键词，例如：diffusion model
topic-unread = 这里没有收录 { $categories }，订阅后不会收到论文。已收录的分类例如：{ $read }
topic-unreadable = 主题 { $topic } 的关键词已无法识别：{ $query }
    请用 /list 打开它，按“修改关键词”。期间的论文都会保留。
topic-unreadable-paused = 主题 { $topic } 的关键词已无法识别：{ $query }
    主题已暂停，期间的论文都会保留。请用 /list 打开它，先按“修改关键词”，再按“恢复”。
zone-without-summer = 你的时区是 { $zone }，不含夏令时：一年里有半年，推送可能晚一小时。你在哪个城市？发送 /timezone 加城市即可，例如：/timezone 纽约。在此之前设置不变。
preview-known = 你已经订阅了这个主题。发送 /digest 获取最新论文，发送 /list 查看全部主题。
preview-gone = 这个预览已过期，请重新发送关键词。
preview-cancelled = 已取消，没有任何改动。随时可以输入别的关键词。
preview-change = 请改好后重新发送。原来的主题：{ $query }

subscribed =
    已订阅： { $topic }
    下次推送：{ $next }（{ $zone }）。
subscribed-paused =
    已订阅： { $topic }
    推送目前已暂停，发送 /resume 恢复。
unsubscribed = 已退订： { $topic }
unsub-which = 要退订哪个主题？
unsub-more = 其余主题：发送 /unsub 加编号（见 /list）。
unsub-none = 你目前没有订阅主题。直接输入关键词即可开始，例如：diffusion model
topic-unknown = 没有找到主题“{ $given }”。发送 /list 查看你的主题。
topic-gone = 这个主题已不存在。发送 /list 查看你的主题。
topic-limit = 主题数已达上限（{ $limit } 个）。请先用 /unsub 退订一些，再订阅新的。

list-title = 我的主题（{ $topics }）
list-next = 下次推送：{ $next }
list-announced = arXiv 公布新论文后即时送达
list-paused = 已暂停
list-zone = 以上为 { $zone } 时间。
list-thread = 推送到本群的另一个话题
list-none = 你还没有订阅主题。点一个开始，或直接输入关键词。

### 按命令获取摘要

digest-none-yet = 目前还没有与 { $topic } 匹配的论文。下次推送：{ $next }（{ $zone }）。
digest-too-dear = { $topic } 积累的论文太多，无法马上查完，会在下次推送中全部送达。
digest-none-again = 自上次推送以来，{ $topic } 没有新论文，以下是上次的摘要。下次推送：{ $next }（{ $zone }）。
digest-too-dear-topics = 还有 { $topics } 个主题积累的论文太多，暂时查不完，会在各自的下次推送中全部送达；一分钟后发送 /digest { $number } 可以提前查看其中第一个。
digest-none-topics = 有 { $topics } 个主题目前没有新论文：
digest-none-number = 发送 /digest 加主题编号（见 /list），可以再看上次的摘要。
digest-query-none = 最近 { $days } 天收录的论文中，没有与 { $topic } 匹配的。减少关键词可以找到更多。
digest-empty-store = 目前还没有收录论文。arXiv 下次公布后就会有，不会遗漏。
digest-gone = 这份摘要已不存在。发送 /digest 获取最新论文。
entry-gone = 这篇论文已不存在。发送 /digest 获取最新论文。

### 设置

settings-title = 设置
settings-language = 界面语言：{ $value }
settings-languages = 摘要语言：{ $value }
settings-form = 显示方式：{ $value }
settings-time = 推送时间：{ $value }
settings-zone = 时区：{ $value }
settings-form-two-columns = 表格
settings-form-rich = 宽表格
settings-form-classic = 文字
settings-languages-en = 英文
settings-languages-zh = 中文
settings-languages-both = 中英双语
settings-rich-warning = 如果 Telegram 提示“不支持此消息”，请在这里改用文字显示。
settings-time-usage = 可填写一个或多个时间，也可限定星期：/time 08:30，/time 周一到周五 8:00 18:00，/time 公布后
settings-time-choose = 希望每天几点推送？可以点选，也可以自己填写。
settings-zone-choose = 请选择时区。列表里没有的，发送 /timezone 加城市即可，例如：/timezone 上海；也可以直接发送位置。
settings-zone-unknown = 没有找到“{ $given }”。请填写附近较大的城市，例如：/timezone 上海
settings-zone-which = 有几个“{ $given }”，请选择：
settings-zone-similar = 没有找到“{ $given }”。是下面的城市吗？
settings-location-near = 附近是{ $town }，当地时间 { $clock }。用这里的时区吗？
settings-location-remote = 附近没有找到城市。请填写较大的城市，例如：/timezone 上海
button-use-zone = 是，{ $town }
button-other-place = 不，另选时区
settings-lang-entries = 界面只有中文和英文，摘要还可以用{ $name }显示：
settings-lang-usage = 支持中文和英文，请发送 /lang zh 或 /lang en
settings-zone-set = 时区已设为{ $zone }，当地时间 { $clock }。
settings-time-set = 推送时间已设为：{ $cadence }（{ $zone }）。
settings-saved = 已保存。
language-en = English
language-zh = 中文

paused = 已暂停推送，发送 /resume 恢复。论文会继续收录，不会遗漏。
stopped = 已停止推送，发送 /resume 恢复。主题都保留着，论文也不会遗漏。
button-stop-topics = 停止全部主题
resumed = 已恢复推送，暂停期间的论文会随恢复后的首次推送一并送达。

### 按钮

button-subscribe = 订阅
button-change = 修改
button-cancel = 取消
button-undo = 撤销
button-digest = 立即查看
button-settings = 设置
button-next = 下一篇 ›
button-back = ‹ 返回
button-list = 我的主题
button-language = English / 中文
button-time = 推送时间
button-zone = 时区
button-form-two-columns = 用表格显示
button-form-rich = 用宽表格显示
button-form-classic = 用文字显示

### 拒绝

refusal-not-admin = 只有本群管理员可以更改主题和设置。
refusal-not-poster = 只有可以在本频道发消息的管理员才能使用。可以请频道所有者给你这项权限。
refusal-not-writer = 只有可以在本群发言的成员才能让我在这里发消息。你可以和我私聊。
refusal-unseen = Telegram 没有告诉我谁可以在本群发言，所以我没有发送。你可以和我私聊，或请管理员把我也设为管理员。
refusal-unasked = 暂时无法向 Telegram 确认你的权限，请过一分钟再试。
refusal-button-old = 这个按钮已过期。发送 /list 查看你的主题。
refusal-command-unknown = 没有这个命令。发送 /help 查看用法。
thanks-answer = 不客气！
refusal-passed-on = 我只执行你亲自输入的命令。这条是转发的，或是通过其他机器人发送的，所以没有执行。
refusal-failed = 我这边出了点问题，已记录。请过一分钟再试。

### 命令菜单与简介

command-help = 使用说明
command-sub = 订阅主题
command-list = 我的主题和推送时间
command-digest = 立即获取最新论文
command-unsub = 退订主题
command-settings = 时间、时区、语言、显示方式
command-time = 设置推送时间
command-timezone = 设置时区
command-lang = 切换中英文
command-pause = 暂停推送
command-resume = 恢复推送
about-description = 我帮你追踪 arXiv。告诉我研究主题，我会按你定的时间推送新论文摘要：一张汇总表，点开即看详情，支持中文、英文或双语。
about-short = 按主题推送 arXiv 新论文摘要。

### 命令行

config-token = { $setting } 不是有效的令牌。@BotFather 给出的令牌形如 123456789:AbC-dEf…，前后不要有其他内容。
config-database = { $setting } 不是有效的数据库地址，请写成 sqlite:///path/to/papergram.db
config-feeds = { $setting } 无法使用：arXiv 没有 { $given } 这个分类。相近的分类：{ $nearest }。
config-unusable = { $setting } 无法使用：{ $problem }
config-choice = { $setting } 无法使用，可选的值：{ $choices }
config-number = { $setting } 应为 { $least } 到 { $most } 之间的数字。
config-number-above = { $setting } 应为大于 { $above }、不超过 { $most } 的数字。
config-chat = { $setting } 不是有效的对话 ID，应为整数，例如 123456789，群组则形如 -1001234567890。
config-address = { $setting } 不是有效的地址，应以 http:// 或 https:// 加主机名开头。
config-languages = { $setting } 无法使用：{ $given } 不是有效的语言代码。请填写 en、zh、zh-Hant、de 等代码。
config-llm-model = 缺少 { $setting }：请填写要使用的模型名称，例如 gpt-5-mini 或 qwen3:8b。
config-llm-price = { $setting } 不是有效的价格。请填写每百万 token 的输入/输出单价，例如 0.27/1.10 USD
config-llm-budget = { $setting } 不是有效的预算。请填写每天的 token 数（如 500k、2M）或金额（如 1.50 USD）
config-llm-currency = { $setting } 使用的货币是 { $currency }，请用同一货币填写单价，例如 PAPERGRAM_LLM_PRICE=0.27/1.10 { $currency }
cli-no-model = 没有设置 PAPERGRAM_LLM_MODEL，无法生成概括和翻译。请参阅 README 中的配置说明。
cli-language-wrong = { $given } 不是有效的语言代码。请填写 zh、de、pt-BR 等代码。
cli-enrich-estimate = { $glosses ->
    [0] 无需生成：接下来要推送的论文都已有概括和翻译。
   *[other] 待生成概括和翻译 { $glosses } 份，预计 { $tokens } token{ $money ->
        [none] {""}
       *[other] （{ $money }）
    }。
}
cli-enrich-cost = { $tokens } token{ $money ->
    [none] {""}
   *[other] （{ $money }）
}
cli-enrich-done = 已生成 { $made } 份，失败 { $failed } 份，等待 { $waiting } 份；共 { $tokens } token{ $money ->
    [none] {""}
   *[other] （{ $money }）
}。
cli-no-token = 没有设置 TELEGRAM_BOT_TOKEN。请向 @BotFather 申请令牌，或先试用演示：papergram demo
cli-conflict = 另一个进程正在使用这个令牌接收消息。请先停止它，再重新启动。
cli-token-refused = Telegram 不接受这个令牌。请检查 TELEGRAM_BOT_TOKEN，或向 @BotFather 重新申请。
cli-telegram-unreachable = 无法连接 { $server } 的 Bot API。请检查网络和 PAPERGRAM_TELEGRAM_API，然后重新启动。
cli-demo = 请在浏览器中打开 { $url }，按 Ctrl+C 结束演示。
cli-port-busy = 端口 { $port } 已被占用或不允许使用，请用 --port 换一个。
cli-no-digest = 没有编号为 { $number } 的摘要，目前共有 { $count } 份。
cli-digest-none = 最近 { $days } 天收录的论文中，没有与 { $query } 匹配的。
cli-search-renewing = `papergram run` 正在更新已收录论文的索引，完成之前结果可能不全。
cli-search-none = 收录的论文中，没有与 { $query } 匹配的。减少关键词可以找到更多。
cli-query-wrong = { $problem }（第 { $position } 个字符）
cli-imported = { $file }：摘要 { $number }，{ $entries } 篇，主题 { $topic }，{ $issued } 发布。
cli-file-refused = { $file }：{ $problem }
cli-feed-unchanged = 自上次读取以来没有新内容。
cli-working = 正在读取 { $source }
cli-feed-counts = { $source }，{ $day }：新论文 { $new }，交叉收录 { $cross }，修订 { $replace }，交叉收录修订 { $replacecross }；新收录 { $stored }，已更新 { $updated }，已有 { $known }。
cli-feed-nothing = { $source }：{ $problem }
cli-file-unusable = 无法使用 { $name }：{ $problem }。请换一个文件名或路径。
cli-date-wrong = { $given } 不是有效日期，请写成 2026-11-23 的形式。

doctor-good = 正常
doctor-bad = 有问题
doctor-settings = 配置
doctor-settings-good = 全部有效
doctor-database = 数据库
doctor-database-good = { $path }：{ $papers } 篇论文，共 { $days } 天，SQLite { $sqlite }
doctor-database-unusable = { $problem }
doctor-database-damaged = { $path } 已损坏（可读 { $papers } 篇论文，共 { $days } 天，SQLite { $sqlite }）。请停止机器人，并用备份替换
doctor-database-damaged-copy = { $path } 已损坏（可读 { $papers } 篇论文，共 { $days } 天，SQLite { $sqlite }）。请停止机器人，移走 { $path } 和 { $path }-wal，再把 { $copy } 复制为 { $path }
doctor-sqlite = SQLite
doctor-sqlite-alone = SQLite { $version } 无法保证两个进程安全地写同一个文件。只读命令可与机器人同时使用；运行 ingest、import、backfill 或 enrich 前请先停止机器人
doctor-clock = 时钟
doctor-clock-good = { $shown } UTC
doctor-clock-wrong = 显示 { $shown } UTC，而实际时间应为 { $time } UTC 或更晚。请校准：timedatectl set-ntp true
doctor-feeds = 订阅源
doctor-feeds-none = 还没有读取过论文。请运行：papergram ingest cs.CV
doctor-feeds-stale = 最近一批是 { $day }，缺少 { $missed } 天的论文。请运行 papergram ingest，并检查网络
doctor-feeds-good = 最近一批是 { $day }
doctor-feeds-filling = 正在获取最近几天的论文
doctor-telegram = Bot API
doctor-telegram-none = 没有令牌。请设置 TELEGRAM_BOT_TOKEN，或试用：papergram demo
doctor-telegram-good = @{ $username }，服务器 { $server }
doctor-telegram-bad = { $server } 响应异常：{ $problem }
doctor-running = 机器人
doctor-running-good = 正在运行
doctor-running-starting = 正在启动：数据库正在升级
doctor-running-none = 没有运行。请启动：papergram run
doctor-model = 模型
doctor-model-none = 未配置，要点直接摘自论文摘要原文。如需概括和翻译，请设置 PAPERGRAM_LLM_MODEL
doctor-glosses = 概括和翻译
doctor-outbox = 发送队列
doctor-outbox-good = 没有发送失败的消息
doctor-outbox-dead = { $dead } 条消息无法送达
doctor-updates = 更新
doctor-updates-unreadable = 有 { $updates } 条 Telegram 更新无法读取，最近一次在 { $day }。请查看是否有新版 Papergram

### 无法使用的主题（QueryError：键与值；位置见 error.position）

query-empty = 请输入关键词，例如：diffusion cat:cs.CV
query-only-excludes = 这里只有要排除的词，请再加上要查找的词，例如：diffusion -survey
query-operand-missing = { $operator } 旁边缺少一个词。
query-quote-unclosed = 这个引号没有配对。
query-open-unclosed = 这个左括号没有配对。
query-close-extra = 这个右括号没有配对。
query-group-empty = 这对括号里没有内容。
query-no-word = { $given } 里没有可以查找的词。
query-near = 请写明词与词之间最多隔几个词（1 到 { $most }），例如："image restoration"~10
query-near-star = 邻近查找的词要写完整，不能带星号：{ $given }
query-star-place = 星号只能放在词尾，例如：quant*
query-prefix-short = 星号前至少要有 { $letters } 个字母，{ $given } 几乎会匹配所有论文。加上引号就按普通词查找。
query-field-unknown = 没有 { $given } 这个字段。可用的有 ti:（标题）、abs:（摘要）、au:（作者）、cat:（分类）、id:（论文编号）。加上引号，冒号就按普通字符处理。
query-value-missing = 请在 { $field }: 后面写上要查找的内容。
query-category-unknown = arXiv 没有 { $given } 这个分类。{ $nearest ->
    [none] 写法见 /help。
   *[other] 相近的分类：{ $nearest }
}
query-id-unknown = { $given } 不是 arXiv 编号。正确的编号形如 2402.12844 或 hep-th/9901001。
query-link = 这不是 arXiv 论文的链接：{ $given }
query-too-long = 主题太长，最多 { $max } 个字符。
query-too-dear = 这样查找太费时间。请减少词数，把带星号的词和单个首字母写完整，或缩小日期范围。
query-word-long = { $given } 太长，一个词最多 { $most } 个字母。请只写开头并加上星号，或用空格把各词分开。
query-too-many-terms = 词太多，最多 { $max } 个。
query-too-deep = 括号嵌套太深，最多 { $max } 层。

## 摘要：标题、数目、表格

digest-heading = { $topic }：{ $days }
digest-shown-all = 共 { $matched } 篇
digest-shown-some = { $order ->
    [relevance] 共 { $matched } 篇，列出最相关的 { $shown } 篇
    [newest] 共 { $matched } 篇，列出最新的 { $shown } 篇
   *[unknown] 共 { $matched } 篇，列出 { $shown } 篇
}
digest-shown-range = 共 { $matched } 篇，此处为第 { $first } 至 { $last } 篇
digest-shown-none = 这次没有新论文
digest-brief-some = { $matched } 篇中的 { $shown } 篇
digest-brief-range = 第 { $first }–{ $last } 篇，共 { $matched } 篇
digest-brief-none = 没有新论文
digest-order-relevance = 按相关度排列
digest-order-newest = 从新到旧排列
digest-count-new = 新论文 { $count } 篇
digest-count-cross = 交叉收录 { $count } 篇
digest-count-replace = 修订 { $count } 篇
digest-count-replace-cross = 交叉收录修订 { $count } 篇
digest-seen = arXiv 同期公布 { $seen } 篇
digest-table = 摘要
digest-details = 详情
digest-column-ref = 序号
digest-column-title = 标题
digest-column-summary = 要点
digest-untranslated = 有 { $count } 篇的要点尚未翻译，暂以英文显示。
digest-repeat = 发送时连接曾中断，这条消息你可能已经收到过。
digest-footer = 摘要编号 { $number }，{ $issued } 发布
digest-footer-plain = { $issued } 发布
digest-to-table = ↑ 回到表格
digest-button-rest = 显示其余 { $count } 篇
digest-button-settings = 设置
digest-button-stop = 退订此主题

## 摘要中的一篇

entry-kind-new = 新论文
entry-kind-cross = 交叉收录
entry-kind-replace = 修订
entry-kind-replace-cross = 交叉收录修订
entry-authors-more = { $names } 及另外 { $more } 人
entry-why = 匹配： { $words }
entry-topics = 也匹配你的主题： { $topics }
entry-untranslated = 尚无译文，以下为英文原文。
entry-slot-untranslated = （尚无译文）
entry-shortened = 内容已缩短，完整摘要见论文页面。
entry-page-abstract = arXiv
entry-page-pdf = PDF
entry-page-html = HTML
entry-page-other = 论文
entry-button-save = ☆ 收藏
entry-button-saved = ★ 已收藏
entry-button-bibtex = BibTeX
entry-button-authors = 全部 { $count } 位作者
entry-button-less = 减少此类
entry-button-more = 相似论文

## 导入的文档

digest-document-empty = 这不是摘要文档：内容为空。
digest-document-heading = 第 { $line } 行应为摘要的标题。摘要文档以“# 摘要”或 papergram 注释开头。
digest-document-row = 第 { $line } 行应为与详细条目一致的表格行，或表格之后的空行。
digest-document-entry = 第 { $line } 行不符合摘要的格式。每篇占 14 行，以“[^序号]: ”开头。
digest-document-link = 第 { $line } 行应为论文链接，写作 [链接](链接)，指向 arxiv.org/abs/。
digest-document-first-day = 这份摘要采用 2023 年 3 月 13 日的旧模板，每篇 10 行且没有要点，无法导入。
digest-document-comment = 第 { $line } 行应说明摘要的主题、时间和语言，但无法识别“{ $given }”。
digest-document-encoding = 这个文件不是 UTF-8 文本：第 { $byte } 字节无法读取。
digest-document-carriage-return = 第 { $line } 行以回车符结尾。摘要文档只用换行符，请先转换文件。
digest-document-topic = 文件名没有说明主题，请用 --topic 指定。
digest-document-issued = 文件名没有说明发布时间，请用 --issued 指定。

## arXiv 当天不公布论文的原因（键由 bot.arxiv_calendar 给出）

calendar-weekend = 周末
calendar-new-year = 元旦
calendar-king-day = 马丁·路德·金纪念日
calendar-juneteenth = 六月节
calendar-independence-day = 美国独立日
calendar-labor-day = 美国劳动节
calendar-thanksgiving = 感恩节
calendar-christmas = 圣诞节
calendar-winter-break = 年末假期
calendar-quiet = { $day } 没有新论文：arXiv 当天休息（{ $reason }）。下一批论文将于 { $next } 公布。
calendar-unlisted-year = 当前版本没有 arXiv { NUMBER($year, useGrouping: 0) } 年的放假安排，可能无法及时告知哪天没有新论文。请升级 Papergram。

### 订阅源：返回了什么，该怎么办

source-empty = { $day } 没有论文：arXiv 当天没有公布。
source-stale = { $day } 的订阅源仍是 { $last } 的论文，稍后会自动重新获取。
source-older-day = 这些论文属于 { $day }，早于最近一批，已照常保存。
source-partial = 数据中途断开，已保存 { $papers } 篇完整的论文；请重新获取其余部分。
source-error-feed = arXiv 提示：{ $said }
source-page = 这是网页，不是订阅源。arXiv 可能正在维护：请稍后再试，或检查地址。
source-text = 这不是订阅源，开头为：{ $words }
source-format = 这不是论文订阅源，而是 <{ $name }>。可读取 RSS、Atom 和 arXiv API 的结果。
source-foreign = 这不是 arXiv 的订阅源，没有读到任何论文。
source-limited = arXiv 提示请求过于频繁。请过一段时间再试，并降低请求频率。
source-forbidden = arXiv 拒绝了请求（403）。请停止请求，并设置 PAPERGRAM_CONTACT 以便对方联系你。
source-empty-answer = 返回内容为空，请稍后再试。
source-broken = 数据已损坏，没有一条完整的内容。请稍后再试。
source-endless = 返回内容超过 { $most } 条，远多于 arXiv 的任何订阅源。
source-skipped = 有 { $items } 条内容无法读取，将另行向 arXiv 获取论文：{ $names }
source-shortened = 有 { $items } 篇论文的字段过长，已截短：{ $names }
source-bad-bytes = 部分字节无法解码，已显示为替换符号（�）。
source-cut = 该订阅源有 { $items } 篇论文，已达 arXiv 的上限，缺少部分新论文。请按单个分类（如 cs.CV）获取，不要取整个学科（如 cs）。
source-empty-page = arXiv 的结果中间缺了一页（第 { $start } 条起，共 { $total } 条）。请重新获取同一页。
source-none-found = 没有找到论文。
source-window = 共找到 { $total } 篇，arXiv 只提供前 { $most } 篇。请缩短时间范围。
source-status = HTTP 状态码为 { $status }。请稍后再试，或检查地址。
source-unreachable = 无法连接 { $place }（{ $fact }）。请检查网络和地址。
source-too-slow = { $place } 未能在 { $seconds } 秒内返回全部内容，请稍后再试。
source-too-large = { $place } 超过 { $megabytes } MiB，不可能是订阅源。
source-elsewhere = { $place } 跳转到了别处（{ $target }），已停止读取。
source-unreadable = 无法读取 { $place }：{ $fact }
source-no-file = 找不到文件 { $given }。
source-unknown = { $given } 不是分类、地址或文件。相近的分类：{ $nearest }
source-bad-address = { $given } 不是可用的地址。正确的形式如 https://rss.arxiv.org/rss/cs.CV

### 推送时间

cadence-announced = arXiv 公布后立即推送
cadence-daily = 每天 { $times }
cadence-days = { $days } { $times }
settings-time-word = 看不懂“{ $word }”。可填写一个或多个时间，也可限定星期：/time 08:30，/time 周一到周五 8:00 18:00，/time 公布后
settings-time-mixed = 同一组推送时间适用于所有选定的日子。请先写星期，再写时间：/time 周一 周二 8:00 9:00。如需为某个主题单独设定时间，请在 /list 中打开该主题。
settings-time-many = 每天最多 { $most } 个时间。
button-announced = 公布后立即推送
button-working-days = 仅周一至周五
button-quiet-notice = 没有新论文时也通知我
digest-quiet = 你的主题没有新论文。arXiv 下次公布时间：{ $next }。
paused-until = 已暂停推送，{ $day }恢复。论文会继续收录，不会遗漏；发送 /resume 可提前恢复。
pause-usage = 想暂停到什么时候？例如：/pause 两周，/pause 下周一，/pause { $example }
pause-past = 请填写今天（{ $today }）之后的日期。只发送 /pause 则暂停到你发送 /resume 为止。
missed-title = 未推送的论文
missed-none = 最近 { $days } 天没有遗漏的论文。
command-missed = 查看未推送的论文

### Health

alarm-troubles = ⚠️ 有 { $count } 件事需要你处理：
    { $lines }
alarm-healed = ✅ 以下 { $count } 件事已恢复正常：
    { $lines }
trouble-nothing = arXiv 应在 { $day } 公布论文，但至今没有收到。请检查网络和日志。
trouble-feed-late = 订阅源 { $feed } 还没有 { $day } 的论文，而其他订阅源已经有了。
trouble-feed-stale = 自 { $since } UTC 起，订阅源 { $feed } 一直停留在更早一天的论文。
trouble-feed-broken = 自 { $since } UTC 起，订阅源 { $feed } 的内容已损坏，或者不是订阅源。
trouble-feed-limited = 自 { $since } UTC 起，arXiv 一直提示对 { $feed } 的请求过于频繁。请设置 PAPERGRAM_CONTACT，并减少抓取的分类。
trouble-feed-unreachable = 自 { $since } UTC 起，订阅源 { $feed } 一直没有响应。请检查网络。
trouble-feed-cut = 订阅源 { $feed } 在 { $day } 的论文数超过上限，被 arXiv 截断。缺少的论文会从存档中补取。
trouble-repair = { $first } 至 { $last } 缺少的论文，已有一天未能从 arXiv 存档补取。我会继续尝试。
trouble-outstanding = 有 { $papers } 篇已公布的论文无法读取，且一天内未能按编号取得：{ $ids }。我会继续尝试。
trouble-standstill = 自 { $since } UTC 起有消息等待发送，但一条也没有发出。请检查与 Telegram 的连接和令牌。
trouble-errors = 过去一小时有 { $dead } 条消息已放弃发送。查看：papergram outbox list
trouble-damaged = 数据库已损坏：{ $problem }。请停止机器人，换上最新的备份再启动；papergram doctor 会指出是哪一份。
trouble-disk = 磁盘空间快用完了：只剩 { $megabytes } MiB。
trouble-clock = 这台机器的时钟显示 { $shown } UTC，而实际时间约为 { $time } UTC。我暂按后者运行；请校准时钟：timedatectl set-ntp true
trouble-model-key-refused = 无法使用模型 { $model }：服务器不接受 PAPERGRAM_LLM_KEY。解决之前，要点直接摘自论文摘要原文。
trouble-model-model-unknown = 服务器上没有模型 { $model }，请检查 PAPERGRAM_LLM_MODEL。解决之前，要点直接摘自论文摘要原文。
trouble-model-out-of-credit = 模型 { $model } 的账户余额已用完。充值之前，要点直接摘自论文摘要原文。
trouble-model-spent = 模型 { $model } 今天的预算已用完，UTC 0 点后恢复。如需提前恢复，请调高 PAPERGRAM_LLM_BUDGET。
trouble-model-overloaded = 模型 { $model } 已连续几个小时提示请求过多。请调低 PAPERGRAM_LLM_AT_ONCE，或申请更高的限额。
trouble-model-unreachable = 模型 { $model } 已有几个小时没有响应。请检查 PAPERGRAM_LLM_URL 和网络。
harvest-endless = 存档返回的结果没有尽头，稍后会自动重试。

### Backfill

cli-backfill-range = { $first } 在 { $last } 之后。请先写较早的日期。
cli-backfill-ahead = { $last } 尚未到来：按 arXiv 的时间，今天是 { $latest }。
cli-backfill-early = { $first } 早于 arXiv 存档的起点（{ $earliest }）。
cli-backfill-quiet = { $first } 至 { $last } 期间 arXiv 没有公布论文。
cli-backfill-many = { $days } 天的范围很大：订阅者会一次收到其主题在这些天里的全部论文。确实需要时请加上 --yes。
cli-backfill-category = { $given } 不是 arXiv 的分类。相近的分类：{ $nearest }
cli-backfill-busy = 已有任务在读取存档，或者 arXiv 要求暂停。请在 { $until } UTC 之后再试。
cli-backfill-working = { $set }：第 { $pages } 页，{ $announcements } 条公告
cli-backfill-all = 整个 arXiv
cli-backfill-done = { $set }：{ $announcements } 条公告（新论文 { $stored } 篇，更新 { $updated } 篇），共读取 { $records } 条记录
cli-backfill-today = { $set }：今天已经读取过，请明天再试。
cli-backfill-stopped = { $set } 已中断，下次运行会从这里继续：{ $problem }

cli-backup-done = 已备份到 { $file }：会话 { $chats } 个，主题 { $topics } 个，论文 { $papers } 篇。

cli-outbox-empty = 没有等待发送的消息，也没有发送失败的消息。
cli-outbox-no-state = 没有状态为 { $state } 的消息。查看全部未了结的消息：papergram outbox list
cli-outbox-retry = 消息 { $parcel } 将重新发送。
cli-outbox-retry-not = 消息 { $parcel } 不存在，或不是失败、已放弃、结果不明的消息，或其中的论文正由另一条消息发送。请查看：papergram outbox list
cli-outbox-drop = 已放弃发送消息 { $parcel }，其中的论文可用 /missed 查看。
cli-outbox-drop-not = 消息 { $parcel } 不存在，或已经发送。请查看：papergram outbox list

### Reading and the library

button-table = ‹ 摘要
button-previous-entry = ‹ 上一篇
button-saved = 我的收藏
button-previous = ‹ 上一页
button-following = 下一页 ›
button-files = 导出
button-versions-on = 新版本通知：开
button-versions-off = 新版本通知：关
button-best = 按相关度
button-newest = 按时间
button-follow = 订阅为主题
button-latest = ‹ 最新
button-older = 更早 ›
saved-added = 已收藏。/saved 查看全部收藏。
saved-removed = 已取消收藏。
saved-title = 你收藏了 { $count } 篇论文
saved-topic = 收藏的论文
saved-none = 还没有收藏论文。打开一篇，点“☆ 收藏”即可。
saved-private = 收藏只对你本人可见，请在与我的私聊中查看。
saved-files = 共 { $count } 篇，附 BibTeX、RIS、CSL-JSON 和 Markdown 文件。
saved-version = 你收藏的论文有新版本 v{ $version }：{ $title } { $link }
versions-on = 收藏的论文有新版本时会通知你。
versions-off = 不再通知新版本。
search-usage = 要搜什么？例如：/search diffusion -survey cat:cs.CV
search-renewing = 已收录的论文正在更新索引。如有遗漏，请过几分钟再搜。
search-none = 没有找到与 { $query } 匹配的论文，减少几个词试试。
search-loosened = { $matching ->
    [0] { $some ->
        [no] 没有论文完全匹配，以下论文包含大部分关键词，或其中最少见的词。
       *[yes] 以下论文不完全匹配，只包含大部分关键词，或其中最少见的词。
    }
   *[other] 前 { $matching } 篇完全匹配，其余只包含大部分关键词，或其中最少见的词。
}
search-newest = 按时间，新的在前
search-best = 按相关度排序
paper-usage = 要看哪篇论文？发送 arXiv 编号或链接，例如：/paper 2402.12844
paper-unread = { $given } 不是 arXiv 编号或链接。编号形如 2402.12844 或 hep-th/9901001；按词查找请用 /search。
paper-fetching = 尚未收录 { $id }，正在向 arXiv 查询……
papers-fetching = 尚未收录 { $id } 这几篇，正在向 arXiv 查询……
papers-more = 这条消息里还有 { $more } 篇论文。把下面这行发给我，就会接着打开：
paper-not-there = arXiv 上没有 { $id } 这篇论文。
papers-not-there = arXiv 上没有 { $id } 这几篇论文。
paper-unreachable = 查询 { $id } 时 arXiv 没有回应，请过几分钟再试。
paper-no-way = 尚未收录 { $id }，这里也无法访问 arXiv。
today-title = 今日论文
today-last = 最近一次公布的论文
today-topics = 我的主题
today-long = 查看多天（最多 { $most } 天）时请附上关键词，例如：/today 2026-11-16 2026-11-20 cat:cs.CV
today-none = { $day } 公布的论文中没有匹配的。
today-no-date = { $given } 不是有效日期，请按年-月-日填写，例如：/today 2026-11-16
today-no-topic = 还没有订阅主题。可以直接写关键词，例如：/today cat:cs.CV
history-title = 历史推送
history-none = 还没有推送。/digest 可立即获取。
history-count = { $shown }/{ $matched } 篇
command-today = 最近一次公布的论文
command-search = 搜索全部论文
command-paper = 按编号或链接打开论文
command-saved = 我的收藏
command-history = 历史推送
less-which = 今后“{ $topic }”要排除什么？
less-nothing = 这篇论文里没有可排除的内容。
less-no-topic = 你订阅的主题都没有匹配到这篇论文，无需修改。
less-done = 已修改，主题现在是： { $query }
less-undone = 已撤销，主题恢复为： { $query }
more-title = 相似论文
more-none = 没有找到相近的论文。
more-bare = 无法比较：这篇论文的标题和摘要为空、太短，或不是英文。
more-shared = 共同的词：{ $words }
button-author = 关注 { $name }

### 首次订阅、分类浏览、主题详情

guide-followed = 已订阅： { $topic }
guide-when = arXiv 于 { $clock }（{ $zone }时间）公布新论文。几点推送？
guide-time-type = 请输入时间，可以有多个，也可以限定星期，例如：7:30，或 周一到周五 8:00 18:00
guide-where = 你在哪里？也可输入城市名。
guide-sample = 最近 7 天示例：
guide-sample-none = 最近 7 天没有匹配的论文，暂时没有示例。
guide-table = 上面这条消息里能看到表格吗？
guide-table-yes = 好的，以后的摘要都用表格显示。可在 /settings 中更改。
guide-table-no = 好的，以后的摘要都用文字显示，就像下面这份。可在 /settings 中更改。
browse-groups = 请选择学科：
browse-archives = { $group }：请选择领域
browse-categories = { $archive }：请选择分类
browse-all = 整个 { $archive }
list-state = 每周 { $papers } 篇，{ $state }
list-choose = 点数字可以查看和修改主题。
card-words = 关键词： { $words }
card-time = 推送时间：{ $value }（{ $zone }）
card-limit = 每次最多 { $papers } 篇
card-order = { $order ->
    [newest] 最新的论文排在前面。
   *[relevance] 最相关的论文排在前面：主题词相互靠近或出现在标题中，或与该主题以往的论文相近。
}
card-time-own = 这里的时间只用于这个主题。发送 /time 可设置默认时间。
card-rename = 请输入“{ $topic }”的新名称。
card-renamed = 已改名。
card-words-type = 请输入新的关键词。目前的关键词： { $words }
card-words-before = 原来的关键词： { $words }
card-words-stay = 已推送过的论文不会重复推送，修改后从目前的进度继续。
card-reworded = 关键词已修改，从原来的进度继续推送。
looks-choose = 这个主题的摘要怎么显示和提醒？
looks-form-chat = 显示方式：默认
looks-languages-chat = 摘要语言：默认
looks-sound-chat = 提醒：默认
looks-loud = 有声
looks-silent = 静音
settings-time-own = 有 { $topics } 个主题单独设置了时间，保持不变。
topic-same = 你的主题“{ $topic }”已经包含同样的内容。
topic-changed = 这个主题刚刚被修改过，请再试一次。
undo-gone = 已无法撤销。重新输入关键词即可再次订阅。
button-browse = 浏览分类
button-other = 其他时间
button-skip = 跳过
button-guide = 继续设置
button-yes = 能看到
button-no = 看不到
button-pause = 暂停
button-resume = 恢复
button-rename = 改名
button-words = 修改关键词
button-use = 使用这些关键词
button-looks = 显示与提醒
button-cross = 交叉收录
button-revisions = 修订版
button-up = ↑ 上移
button-list-back = ‹ 我的主题

### 主题的导出与导入

export-caption = 你的 { $topics } 个主题已导出。发送 /import 可以导入到这里或其他会话。
export-none = 你目前没有订阅主题，没有可以导出的内容。
import-ask = 请把 /export 导出的文件发给我。
import-added = 已添加 { $topics } 个主题。
import-known = 有 { $topics } 个主题已经订阅过。
import-refused = 有 { $topics } 个主题无法使用：
import-nothing = 文件里没有主题。
import-begins = 新添加的主题从现在起开始推送。
import-unreadable = 这不是主题文件。发送 /export 可以导出主题。
import-large = 文件太大，最多 { $kilobytes } KB。
import-many = 文件里的主题太多，最多 { $most } 个。
import-field = { $field } 的内容无法使用
import-lost = 没能从 Telegram 取得这个文件，请重新发送。
import-not-here = 这里无法接收文件。
unsub-all-ask = 要退订全部 { $topics } 个主题吗？下面的文件已经备份，发送 /import 即可恢复。
unsub-all-done = 已退订全部 { $topics } 个主题。
unsub-all-kept = 没有退订任何主题。
button-unsub-all = 全部退订
command-export = 导出我的主题
command-import = 从文件导入主题

### 在私聊中管理其他会话；限制；封禁

there-managing = 正在管理“{ $title }”：
there-posted = 已推送到“{ $title }”。
there-unknown = 找不到你我都在其中的群组或频道 { $given }。请先加入，再把我也加进去；如果是频道，请设我为可以发消息的管理员。
there-not-admin = 只有“{ $title }”的管理员才能在这里管理它。
there-not-poster = 你在“{ $title }”里不能发消息，所以不能在这里管理它。可以请频道所有者给你这项权限。
there-no-post = 我在“{ $title }”里不能发消息。请先设我为可以发消息的管理员，再试一次。
there-banned = 本机器人的管理员已停止为这个会话服务，无法进行任何操作。
there-added = 我现在可以在“{ $title }”里推送了。你可以在这里管理它：在命令后面写上它的 @用户名或 { $chat }，例如 /sub { $chat } diffusion model、/list { $chat }、/settings { $chat }
answer-by-reply = 群组里我只能看到对我的回复，请直接回复这条消息。
answer-in-private = 这一步需要输入文字，请在与我的私聊中发送：{ $example }
limit-command = 发得太快了：每分钟最多处理 { $most } 条命令，请过一分钟再试。
limit-button = 点得太快了：每分钟最多处理 { $most } 次点击，请过一分钟再试。
limit-preview = 每分钟最多预览 { $most } 个主题，请过一分钟再试。
limit-search = 每分钟最多搜索 { $most } 次，请过一分钟再试。
limit-time = 每人每分钟有 { $seconds } 秒的计算时间，你已用完。请过一分钟再试，并使用更少或更完整的词。
refusal-changing = 查找期间内容一直在变化，请再试一次。
refusal-banned = 管理员已停止为你提供服务，之后的消息我不再回复。

### 我的数据；关于

forget-ask-person = 下面的文件是我保存的关于你的全部数据：设置、主题、摘要和收藏的论文。要全部删除吗？
forget-ask-chat = 下面的文件是我保存的关于本会话的全部数据：设置、主题和摘要。要全部删除吗？
forget-caption = 全部数据的副本
forget-waits = 数据副本或其他回复还在发送途中，收到后请再按一次。
forget-kept = 没有删除任何数据。
forget-done = 数据已全部删除，不再推送。发送 /start 可重新开始。
forget-limit-stays = 仅保留管理员为本会话设置的上限：{ $topics } 个主题。
button-forget = 全部删除
about-title = Papergram { $version }
about-what = 帮你追踪 arXiv：用自己的关键词订阅主题，按自己的时间接收摘要。
about-source = 论文来源：arXiv.org，其元数据属于公有领域（CC0）。感谢 arXiv 开放数据接口。
about-licence = 程序：MIT 许可的自由软件，与 arXiv 官方无关。城市数据：GeoNames.org（CC BY 4.0）。
about-kept = 我保存的数据：会话的编号和名称、Telegram 提供的姓名和语言，以及设置、主题、摘要和收藏。
about-shared = 除了本机器人的管理员，没有人能看到这些数据。/forget 会给你一份副本，然后全部删除；只有管理员设下的限制（停止服务、主题数上限）会保留。
about-model = 概括和翻译由模型 { $model } 完成。你输入的内容中，只有含中文等非英文文字的主题和搜索词会交给它译成英文。
command-forget = 导出并删除我的数据
command-about = 关于本机器人与隐私
command-start = 开始使用
command-status = 订阅源、论文和发送队列
command-users = 用户概况
command-ban = 停止为某人服务
command-unban = 恢复服务
command-limit = 某个会话的主题上限

## 模型的花费（供管理员查看）

account-good = 模型 { $model }：正常
account-key-refused = 模型 { $model }：服务器不接受密钥
account-model-unknown = 模型 { $model }：服务器上没有这个模型
account-out-of-credit = 模型 { $model }：余额已用完
account-overloaded = 模型 { $model }：请求过多，正在等待
account-unreachable = 模型 { $model }：没有响应
account-spent = 模型 { $model }：今天的预算已用完，UTC 0 点后恢复
account-backlog = 概括和翻译：等待生成 { $waiting } 份（其中 { $failed } 份曾失败），已放弃 { $given } 份
account-coverage = { $code }：近 7 天推送的 { $papers } 篇论文，已生成 { $share }%
account-today = 今天：{ $tokens } token{ $money ->
    [none] {""}
   *[other] （{ $money }）
}，预算 { $budget }
account-month = 本月：{ $tokens } token{ $money ->
    [none] ，平均每份摘要 { $each } token
   *[other] （{ $money }），平均每份摘要 { $each }
}

### 管理员

status-title = 运行状态
status-feeds = { $feeds ->
    [0] 还没有抓取过订阅源。
   *[other] 共 { $feeds } 个订阅源，上次抓取：
}
status-feed = { $feed }：{ $at }（{ $answer }）
status-papers = 共 { $papers } 篇论文，每日公布：
status-day = { $day }：{ $papers }
status-queue = 等待发送：{ $waiting }
status-failures = 发送失败：{ $failed }，结果不明：{ $unknown }
status-unreadable = 有 { $updates } 条 Telegram 更新无法读取，最近一次在 { $at }。
status-late = 过去 24 小时内因过时而放弃的回复：{ $late }
status-oldest = 最早的一条从 { $at } 开始等待。
users-title = 用户概况
users-chats = 会话：{ $kinds }（已暂停 { $paused } 个）
users-private = 私聊 { $chats } 个
users-group = 群组 { $chats } 个
users-supergroup = 超级群 { $chats } 个
users-channel = 频道 { $chats } 个
users-people = 用户：{ $people }
users-topics = 主题：{ $topics } 个，去重后 { $queries } 个
users-chat = { $number }. { $title }（{ $id }）：{ $topics } 个主题
users-chat-paused = { $number }. { $title }（{ $id }）：{ $topics } 个主题，已暂停
ban-usage = 要停止为谁服务？请写上 /users 里显示的编号：/ban 123456789
ban-self = 这是你自己或你的会话。
ban-known = 已停止为 { $id } 服务，/unban { $id } 可恢复。
ban-done = 已停止为 { $title }（{ $id }）服务：我只告知一次，之后不再回复，也不再推送。
unban-usage = 要恢复谁的服务？请写上编号：/unban 123456789
unban-unknown = { $id } 没有被停止服务。
unban-done = 已恢复为 { $title }（{ $id }）服务。
limit-usage = 哪个会话，多少个主题？其他会话的上限是 { $topics } 个：/limit 123456789 100
limit-unknown = 没有会话 { $id }，/users 可查看全部。
limit-large = 每个会话最多 { $most } 个主题。
limit-done = { $title }（{ $id }）最多可订阅 { $topics } 个主题。
button-earlier = ‹ 上一页

### 由模型即时完成的请求

button-explain = 解读
button-entry = ‹ 论文
note-moment = 正在解读，请稍候……
note-problem = 问题
note-method = 方法
note-result = 结果
note-limits = 局限
note-limits-none = 论文摘要中没有提到。
note-maker = 由 { $model } 生成，请以论文原文为准。
consult-spent = 模型今天的额度已用完，UTC 0 点后恢复。摘要照常推送。
consult-not-now = 模型暂时无法使用，请稍后再试。
consult-unfit = 模型生成的内容没有通过检查，所以没有显示。请稍后再试。
english-moment = arXiv 论文是英文的，正在把你的关键词译成英文……
english-looking = arXiv 论文是英文的，已改用英文查找： { $words }
limit-note = 每人每天最多生成 { $most } 篇新解读，请过些时候再试。已有的解读随时可以打开。
limit-english = 每人每天最多翻译 { $most } 次关键词。请直接输入英文，或过些时候再试。
