//! A picture of growth: four panels over the number of units, both axes logarithmic, written as SVG.

use std::fmt::Write as _;

use crate::Cost;

/// One line of a panel: its name, its colour, and what it shows of a size.
type Line = (&'static str, &'static str, fn(&Cost) -> f64);

const BLUE: &str = "#1f5fa8";
const RED: &str = "#b3402a";
const GREEN: &str = "#2d7d46";

/// Where a panel's axes lie in it, and how large it is with its words.
const LEFT: f64 = 70.0;
const TOP: f64 = 46.0;
const INNER: (f64, f64) = (340.0, 190.0);
const OUTER: (f64, f64) = (450.0, 296.0);

/// Draws what each size costs.
pub(crate) fn draw(costs: &[Cost]) -> String {
    let panels: [(&str, &str, Vec<Line>); 4] = [
        (
            "Load · 载入",
            "s",
            vec![
                ("charter to office · 章程到账册", BLUE, |cost| cost.load / 1e9),
                ("the csv package alone · 只读 CSV", GREEN, |cost| cost.read / 1e9),
            ],
        ),
        (
            "Peak memory · 最大内存",
            "MiB",
            vec![("opening the books · 开账", BLUE, |cost| cost.memory / 1_048_576.0)],
        ),
        (
            "One request · 一件申请",
            "µs",
            vec![
                ("shipped policies · 全部政策", RED, |cost| cost.policies / 1e3),
                ("the laws alone · 只有账法", BLUE, |cost| cost.laws / 1e3),
            ],
        ),
        (
            "Fork · 推演副本",
            "µs",
            vec![
                ("with a request · 加一件申请", RED, |cost| cost.first / 1e3),
                ("fork · 副本", BLUE, |cost| cost.fork / 1e3),
            ],
        ),
    ];
    let (width, height) = (2.0 * OUTER.0, 2.0 * OUTER.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif\" \
         font-size=\"12\">\n<rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    for ((title, measure, lines), number) in panels.iter().zip(0_u8..) {
        let (column, row) = (f64::from(number % 2), f64::from(number / 2));
        // Writing to a text cannot fail.
        let _ = writeln!(svg, "<g transform=\"translate({},{})\">", column * OUTER.0, row * OUTER.1);
        panel(&mut svg, title, measure, lines, costs);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, title: &str, measure: &str, lines: &[Line], costs: &[Cost]) {
    let across = range(costs.iter().map(|cost| f64::from(cost.units)));
    let up = range(costs.iter().flat_map(|cost| lines.iter().map(|(_, _, of)| of(cost))));
    let (x, y) = (
        |value: f64| LEFT + INNER.0 * part(value, across),
        |value: f64| TOP + INNER.1 * (1.0 - part(value, up)),
    );
    let (right, bottom) = (LEFT + INNER.0, TOP + INNER.1);
    let _ = writeln!(
        svg,
        "<text x=\"{LEFT}\" y=\"20\" font-size=\"14\" font-weight=\"bold\">{title}</text>\n\
         <rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#999\"/>",
        INNER.0, INNER.1
    );
    for power in across.0..=across.1 {
        let at = x(10_f64.powi(power));
        let _ = writeln!(
            svg,
            "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\" stroke=\"#e4e4e4\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 16.0,
            written(power)
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{right}\" y=\"{}\" text-anchor=\"end\" fill=\"#555\">units · 单位数</text>",
        bottom + 34.0
    );
    for power in up.0..=up.1 {
        let at = y(10_f64.powi(power));
        let _ = writeln!(
            svg,
            "<line x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{right}\" y2=\"{at:.1}\" stroke=\"#e4e4e4\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{} {measure}</text>",
            LEFT - 6.0,
            at + 4.0,
            written(power)
        );
    }
    for ((name, colour, of), number) in lines.iter().zip(0_u8..) {
        let points: Vec<String> =
            costs.iter().map(|cost| format!("{:.1},{:.1}", x(f64::from(cost.units)), y(of(cost)))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.join(" ")
        );
        for cost in costs {
            let (x, y) = (x(f64::from(cost.units)), y(of(cost)));
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let at = LEFT + 185.0 * f64::from(number);
        let _ = writeln!(
            svg,
            "<rect x=\"{at}\" y=\"29\" width=\"10\" height=\"10\" fill=\"{colour}\"/>\
             <text x=\"{}\" y=\"38\" font-size=\"11\">{name}</text>",
            at + 14.0
        );
    }
}

/// The powers of ten around all values.
#[expect(clippy::cast_possible_truncation, reason = "the power of a figure that was measured")]
fn range(values: impl Iterator<Item = f64>) -> (i32, i32) {
    let (least, most) = values
        .map(|value| value.max(1e-9))
        .fold((f64::MAX, f64::MIN_POSITIVE), |(least, most), value| (least.min(value), most.max(value)));
    let (low, high) = (least.log10().floor() as i32, most.log10().ceil() as i32);
    (low, high.max(low + 1))
}

/// Where a value lies between two powers of ten, from 0 to 1.
fn part(value: f64, (low, high): (i32, i32)) -> f64 {
    (value.max(1e-9).log10() - f64::from(low)) / f64::from(high - low)
}

fn written(power: i32) -> String {
    match u32::try_from(power) {
        Ok(power @ 0..=5) => 10_u32.pow(power).to_string(),
        Ok(power) => format!("10^{power}"),
        Err(_) => format!("{:.*}", usize::try_from(-power).unwrap_or(0), 10_f64.powi(power)),
    }
}
