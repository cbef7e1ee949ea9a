//! Variants: names in traditional letters, or half in them, beside the names that are known.

use crate::policy::vocabulary;

/// Traditional letters, each before its simplified one: those of the vocabulary, and of what offices name.
/// Small on purpose: a letter that is missing only costs a hint.
const LETTERS: &str = "\
    編编額额單单淨净績绩檢检劃划計计調调貸贷還还週周轉转員员類类別别個个數数變变動动節节點点屬属於于縣县級级層层層层\
    後后從从歸归門门開开關关區区實实現现歷历據据參参頭头條条項项題题問问請请報报務务業业產产權权構构機机關关團团體体\
    學学校校醫医院院師师職职務务稱称術术專专業业師师導导領领幹干部部黨党組组織织紀纪監监察察辦办廳厅處处駐驻鄉乡鎮镇\
    費费財财稅税審审資资庫库備备補补貼贴賬账帳账總总結结約约給给統统絡络線线終终經经營营繼继續续緊紧縮缩\
    達达過过進进連连選选遠远運运適适違违遞递邊边選选遺遗應应當当無无為为與与並并兩两來来個个們们價价億亿優优儲储\
    內内減减準准幾几剩剩剛刚創创則则刪删劉刘勞劳勢势勻匀滙汇彙汇協协單单壓压厲厉雙双發发號号聽听啟启嚴严圖图圓圆\
    國国執执場场塊块報报夠够頭头夾夹奪夺娛娱孫孙寧宁寶宝寫写審审對对尋寻將将屆届島岛崗岗帶带幫帮廢废廣广彈弹錄录\
    徑径徵征憑凭態态戰战戲戏戶户捨舍採采掛挂損损換换據据擇择擔担擴扩擬拟攜携敗败敵敌斷断時时晉晋暫暂會会東东極极\
    樣样標标檔档檢检橋桥樓楼欄栏歲岁歸归殘残決决沒没況况測测滿满漢汉潔洁灣湾濟济災灾煙烟獎奖獨独獲获環环畢毕畫画\
    異异療疗盡尽監监盤盘眾众著着礦矿確确禮礼禁禁種种積积穩稳窮穷競竞筆笔範范簡简簽签糧粮約约級级納纳純纯紙纸\
    細细綜综維维網网練练練练緣缘羅罗義义習习聯联聲声職职腦脑臨临舉举舊旧藝艺蘇苏處处虛虚術术衛卫裝装製制複复規规視视\
    覺觉觀观訂订記记訓训設设許许訴诉診诊詞词試试詢询該该詳详認认誤误說说誰谁課课談谈論论證证識识譯译議议護护讀读讓让\
    負负貨货質质貢贡責责貴贵買买賣卖費费賞赏賠赔購购贈赠贏赢趙赵趕赶蹤踪車车軍军軟软較较載载輔辅輕轻輪轮輸输轄辖\
    農农邏逻鄰邻釋释針针鈔钞銀银銷销鋪铺錯错鍵键鎖锁鐵铁長长閉闭間间閒闲閱阅隊队階阶際际隨随險险隱隐離离難难電电\
    靈灵靜静頁页順顺須须預预頒颁頻频顧顾類类顯显風风飛飞養养餘余驗验驚惊麗丽麥麦齊齐齡龄龍龙補补餘余賸剩滯滞";

/// The simplified letter of a traditional one; else the letter itself.
fn simplified(letter: char) -> char {
    let mut letters = LETTERS.chars();
    while let (Some(traditional), Some(simple)) = (letters.next(), letters.next()) {
        if traditional == letter {
            return simple;
        }
    }
    letter
}

fn folded(name: &str) -> String {
    name.chars().map(simplified).collect()
}

/// The known name that is this one in other letters.
pub(crate) fn variant_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.is_ascii() {
        return None;
    }
    let wanted = folded(name);
    known.into_iter().find(|one| *one != name && !one.is_ascii() && folded(one) == wanted)
}

/// Whether a word is the language's or the vocabulary's.
pub(super) fn is_word(text: &str) -> bool {
    const LANGUAGE: [&str; 13] = [
        "fn", "let", "const", "if", "else", "for", "in", "return", "break", "continue", "true", "false",
        "switch",
    ];
    LANGUAGE.contains(&text)
        || vocabulary::host_function(text).is_some()
        || vocabulary::rows().any(|row| row.en == text || row.zh == text)
        || vocabulary::hooks().iter().any(|(name, _)| name == text)
}

#[cfg(test)]
mod tests {
    use super::{LETTERS, variant_of};

    #[test]
    fn letters_come_in_pairs() {
        let letters: Vec<char> = LETTERS.chars().collect();
        assert_eq!(letters.len() % 2, 0);
        let odd: Vec<&[char]> =
            letters.chunks(2).filter(|pair| pair[0].is_ascii() || pair[1].is_ascii()).collect();
        assert!(odd.is_empty(), "{odd:?}");
    }

    #[test]
    fn a_name_in_other_letters() {
        for (name, expect) in [
            ("空編", Some("空编")),
            ("核定數", Some("核定数")),
            ("核准", None),
            ("單位", Some("单位")),
            ("周轉池", Some("周转池")),
            ("週转池", Some("周转池")),
        ] {
            assert_eq!(
                variant_of(name, ["空编", "核定数", "核准", "单位", "周转池", "unit"]),
                expect,
                "{name}"
            );
        }
    }
}
