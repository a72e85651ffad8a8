# Papergram 的全部中文文案，键名与变量须与 en.ftl 一致。

### 问候

start-hello = 你好！我替你读 arXiv：告诉我一个主题，我每天按你定的时间推送相关新论文的摘要。
start-try = 点一个看看效果，或者直接输入关键词：
start-back = 欢迎回来。{ $topics ->
    [0] 你还没有订阅主题，直接输入关键词即可开始。
   *[other] 你订阅了 { $topics } 个主题：/list 查看，/digest 获取最新论文。
}
start-group = 大家好！管理员可以用 /sub 加关键词来添加主题，其他用法见 /help。
start-payload-unknown = 这个链接在这里打不开。发送 /list 查看你的主题。

help-title = 使用说明
help-body =
    /sub diffusion -survey cat:cs.CV – 订阅主题
    /list – 我的主题和推送时间
    /digest – 立即获取最新论文；/digest 2 或 /digest quantum error correction 只看一个主题
    /unsub – 退订主题
    /settings – 时间、时区、语言、显示方式
    /timezone Asia/Shanghai – 设置时区
    /time 08:30 – 设置推送时间
    /lang – 切换中文或英文
help-words-title = 主题怎么写
help-words =
    diffusion segmentation – 同时包含两个词
    "image restoration" – 完整短语
    quant* – 以此开头的词
    gan OR vae、(a OR b) c、-survey – 或、分组、排除
    ti:attention abs:robot au:"He, Kaiming" – 限定标题、摘要、作者
    cs.CV、hep-th、math – 学科分类

### 主题

sub-usage = 想订阅什么主题？请把关键词写在命令后面，例如：/sub diffusion -survey cat:cs.CV
preview-title = { $topic }
preview-count = 最近 { $days } 天有 { $papers } 篇论文。
preview-partial = 目前只收录了 { $days } 个 arXiv 公告日，数量还会增加。
preview-many = 数量偏多，加一个词、短语或分类可以缩小范围。
preview-none = 暂时没有匹配的论文：可能主题较冷门，也可以减少关键词再试。
preview-examples = 例如：
preview-chinese = arXiv 论文是英文的，中文关键词很难匹配。请换成英文术语，例如：diffusion model
preview-category-added = 之前没有收录 { $categories }，从下一次公告开始收录。
preview-known = 你已经订阅了这个主题。/digest 获取最新论文，/list 查看全部主题。
preview-gone = 这个预览已过期，请重新发送关键词。
preview-cancelled = 已取消，没有任何改动。随时可以输入别的关键词。
preview-change = 请重新发送关键词，例如：{ $query }

subscribed = 已订阅：{ $topic }。下次推送：{ $next }（{ $zone }）。
subscribed-paused = 推送已暂停，发送 /resume 恢复。
unsubscribed = 已退订：{ $topic }。
unsub-which = 要退订哪个主题？
unsub-none = 你还没有订阅主题，直接输入关键词即可开始，例如：diffusion model
topic-unknown = 没有找到主题 { $given }。发送 /list 查看你的主题。
topic-gone = 这个主题已不存在。发送 /list 查看你的主题。
topic-limit = 主题数已达上限（{ $limit } 个）。用 /unsub 退订一些再添加。

list-title = 我的主题（{ $topics }）
list-next = 下次推送：{ $next }
list-announced = arXiv 公告后立即推送
list-paused = 已暂停
list-zone = 时间按 { $zone } 显示。
list-none = 你还没有订阅主题，直接输入关键词即可开始，例如：diffusion model

### 按命令获取摘要

digest-none-yet = 自上次推送以来，{ $topic } 没有新论文。下次推送：{ $next }（{ $zone }）。
digest-none-again = 自上次推送以来，{ $topic } 没有新论文，下面是上一次的内容。下次推送：{ $next }（{ $zone }）。
digest-query-none = 最近 { $days } 天收录的论文中没有与 { $topic } 匹配的。减少关键词可以找到更多。
digest-empty-store = 还没有收录论文。arXiv 下次公告后就有了，不会遗漏。
digest-gone = 这份摘要已不存在。发送 /digest 获取最新论文。
entry-gone = 这条论文已不存在。发送 /digest 获取最新论文。

### 设置

settings-title = 设置
settings-language = 界面语言：{ $value }
settings-languages = 论文内容：{ $value }
settings-form = 显示方式：{ $value }
settings-time = 推送时间：{ $value }
settings-zone = 时区：{ $value }
settings-form-rich = 表格
settings-form-classic = 文字
settings-languages-en = 英文
settings-languages-zh = 中文
settings-languages-both = 中英双语
settings-rich-warning = 如果 Telegram 显示“不支持此消息”，请在这里换回文字。
settings-time-usage = 请按“时:分”填写时间，例如：/time 08:30
settings-time-choose = 希望什么时候推送？
settings-zone-usage = 请填写时区对应的城市，例如：/timezone Asia/Shanghai
settings-zone-choose = 选择时区。列表里没有的，请发送 /timezone 加城市，例如：/timezone Asia/Shanghai
settings-zone-unknown = 没有找到时区 { $given }。请填写对应的城市，例如：/timezone { $example }
settings-lang-usage = 支持中文和英文：/lang zh 或 /lang en
settings-zone-set = 时区已设为 { $zone }，当地时间 { $clock }。
settings-time-set = 推送时间已设为每天 { $time }（{ $zone }）。
settings-saved = 已保存。
language-en = English
language-zh = 中文

paused = 已暂停推送，发送 /resume 恢复。论文会继续收录，不会遗漏。
resumed = 已恢复推送，暂停期间的论文会随下一次摘要一起送达。

### 按钮

button-subscribe = 订阅
button-change = 修改
button-cancel = 取消
button-undo = 撤销
button-digest = 立即查看
button-settings = 设置
button-stop = 退订此主题
button-rest = 显示其余
button-next = 下一篇 ›
button-back = ‹ 返回
button-list = 我的主题
button-language = English / 中文
button-time = 推送时间
button-zone = 时区
button-table = 用表格显示
button-text = 用文字显示

### 拒绝

refusal-not-admin = 只有本群管理员可以更改主题和设置。
refusal-button-old = 这个按钮已过期。发送 /list 查看你的主题。
refusal-command-unknown = 没有这个命令。发送 /help 查看用法。
refusal-failed = 我这边出了点问题，已记录。请过一分钟再试。
refusal-private-only = 请发送 /sub 加关键词，例如：/sub diffusion model
