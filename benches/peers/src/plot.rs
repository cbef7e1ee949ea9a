//! A picture: one bar an engine, on a logarithmic axis, written as SVG.

use std::fmt::Write as _;

use crate::Row;

const LEFT: f64 = 300.0;
const WIDTH: f64 = 520.0;
const STEP: f64 = 30.0;
const TOP: f64 = 50.0;

/// Draws the rows in their order.
pub fn draw(rows: &[Row]) -> String {
    let most = rows.iter().map(|row| row.mean).fold(10.0, f64::max).log10().ceil();
    let height = TOP + STEP * rows.len() as f64 + 40.0;
    let full = LEFT + WIDTH + 80.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {full} {height}\" width=\"{full}\" height=\"{height}\" \
         font-family=\"'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif\" font-size=\"12\">\n\
         <rect width=\"{full}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"14\" font-weight=\"bold\">One decision, in nanoseconds · 一次决定（纳秒）</text>\n"
    );
    let at = |value: f64| LEFT + WIDTH * (value.max(1.0).log10() / most);
    let bottom = height - 36.0;
    for power in 0..=most as i32 {
        let (x, value) = (at(10_f64.powi(power)), 10_f64.powi(power));
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#e4e4e4\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{value}</text>",
            TOP - 10.0,
            bottom + 16.0
        );
    }
    for (place, row) in rows.iter().enumerate() {
        let y = TOP + STEP * place as f64;
        let fill = if row.name.starts_with("bianzhi") { "#1f5fa8" } else { "#9db4cc" };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{LEFT}\" y=\"{y}\" width=\"{:.1}\" height=\"18\" fill=\"{fill}\"/>\
             <text x=\"{:.1}\" y=\"{}\">{:.0}</text>",
            LEFT - 8.0,
            y + 13.0,
            row.name,
            at(row.mean) - LEFT,
            at(row.mean) + 6.0,
            y + 13.0,
            row.mean
        );
    }
    svg.push_str("</svg>\n");
    svg
}
