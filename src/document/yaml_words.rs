//! YAML's words: what the parser says of a text that is no YAML, in Chinese.

/// What the parser says, in the words of somebody who writes such files; its own words where it says something new.
pub(super) fn in_chinese(info: &str) -> String {
    told(info).map_or_else(|| format!("语法有误（{info}）"), str::to_owned)
}

fn told(info: &str) -> Option<&'static str> {
    indentation(info).or_else(|| brackets(info)).or_else(|| quotes(info)).or_else(|| marks(info))
}

fn indentation(info: &str) -> Option<&'static str> {
    Some(match info {
        "tab cannot be used as indentation"
        | "tabs disallowed within this context (block indentation)"
        | "a block scalar content cannot start with a tab"
        | "while scanning a plain scalar, found a tab" => "这里用了制表符（Tab）；缩进和分隔请用空格",
        "invalid indentation"
        | "invalid indentation for anchor"
        | "wrongly indented line in block scalar" => "缩进不对；同一层的各行要对齐",
        "while parsing a block mapping, did not find expected key" => {
            "这里应为“字段: 值”，缩进与上面的字段对齐"
        }
        "while parsing a block collection, did not find expected '-' indicator" => {
            "这里应为以“- ”开头的一项，缩进与上一项对齐"
        }
        "mapping values are not allowed in this context" => {
            "这里不能有冒号；常见的是上一行缩进不对、上一行的冒号是全角的，或者文字里的冒号没有加引号"
        }
        "illegal placement of ':' indicator" => "这里不能有冒号；常见的是上面的括号没有配对",
        "mapping keys are not allowed in this context" => "这里不能写字段；请看缩进是否与上一行对齐",
        "block sequence entries are not allowed in this context"
        | "plain scalar cannot start with '-' followed by ,[]{}" => {
            "这里不能用“-”开头；清单的每一项自成一行，以“- ”开头"
        }
        "'-' must be followed by a valid YAML whitespace" => "“-”后面要有空格",
        "':' must be followed by a valid YAML whitespace" | "expected whitespace" => "冒号后面要有空格",
        "simple key expected" | "simple key expect ':'" => {
            "这一行缺少冒号；应为“字段: 值”，冒号用半角，后面有空格"
        }
        "while scanning a block scalar, did not find expected comment or line break"
        | "while scanning a block scalar, found an indentation indicator equal to 0" => {
            "“|”或“>”后面应直接换行"
        }
        _ => return None,
    })
}

fn brackets(info: &str) -> Option<&'static str> {
    Some(match info {
        "while parsing a flow mapping, did not find expected ',' or '}'" => {
            "花括号里各字段之间缺少逗号，或者没有右花括号 `}`"
        }
        "while parsing a flow sequence, expected ',' or ']'" => {
            "方括号里各项之间缺少逗号，或者没有右方括号 `]`"
        }
        "':' may not precede any of `[{` in flow mapping" => "冒号与括号之间要有空格",
        "invalid indentation in flow construct" => "括号没有配对，或者括号里的下一行没有缩进",
        "\"-\" is only valid inside a block" => "这里不能用“- ”；常见的是上面的括号没有配对",
        "misplaced bracket" => "括号没有配对",
        "unexpected eof" => "文件到此就完了；请看引号、括号是否配对",
        "did not find expected next token"
        | "while parsing a node, did not find expected node content"
        | "unexpected end of plain scalar" => "这里缺少内容，或者符号多余",
        _ => return None,
    })
}

fn quotes(info: &str) -> Option<&'static str> {
    Some(match info {
        "while scanning a quoted scalar, found unexpected end of stream"
        | "while scanning a quoted scalar, found unexpected document indicator" => "引号没有配对",
        "invalid indentation in quoted scalar" => "引号没有配对，或者引号里的下一行没有缩进",
        "invalid trailing content after double-quoted scalar" => "引号后面还有文字；整段文字都要放在引号里",
        "while parsing a quoted scalar, found unknown escape character"
        | "while parsing a quoted scalar, did not find expected hexadecimal number"
        | "while parsing a quoted scalar, found invalid Unicode character escape code" => {
            "双引号里的反斜杠 `\\` 写法不对；文字里有反斜杠的请用单引号"
        }
        "comment intercepting the multiline text" => "多行文字中间不能夹注释",
        _ => return None,
    })
}

fn marks(info: &str) -> Option<&'static str> {
    Some(match info {
        "found unprintable character" => "有看不见的控制字符",
        "a byte order mark must not appear inside a document" => "文件中间有字节顺序标记（BOM）；请删去",
        "while scanning an anchor or alias, did not find expected alphabetic or numeric character" => {
            "`&`、`*` 在 YAML 里另有含义；以它们开头的文字要加引号"
        }
        "while parsing node, found unknown anchor" => "`*` 在 YAML 里另有含义；以它开头的文字要加引号",
        "while scanning a directive, could not find expected directive name"
        | "while scanning a directive, did not find expected comment or line break"
        | "while scanning a directive, found unexpected non-alphabetical character"
        | "missing explicit document end marker before directive" => {
            "`%` 在 YAML 里另有含义；以它开头的文字要加引号"
        }
        "did not find expected <document start>"
        | "did not find expected <document-start>"
        | "did not find expected <stream-start>"
        | "invalid content after document end marker" => {
            "这一行与上面的内容接不上；请看缩进，一个文件只写一份内容"
        }
        info if info.contains("tag") || info.contains("TAG") || info.contains("handle") => {
            "`!` 在 YAML 里另有含义；以它开头的文字要加引号"
        }
        info if info.starts_with("while scanning a YAML directive") => {
            "`%` 在 YAML 里另有含义；以它开头的文字要加引号"
        }
        info if info.starts_with("unexpected character") => "有不能用在这里的符号；以符号开头的文字要加引号",
        _ => return None,
    })
}
