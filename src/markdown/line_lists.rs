//! Attribute lists on a line of their own: they belong to the block after them or, before a blank line, to the one
//! before them.

use comrak::nodes::{ListType, Node, NodeValue, Sourcepos};

use super::attributes::{Attributes, Table};

/// Takes the lines out of all paragraphs and tables of a tree.
pub fn take<'a>(root: Node<'a>, table: &mut Table) {
    let blocks: Vec<Node<'a>> = root
        .descendants()
        .filter(|node| may_hold_lines(node))
        .collect();
    for block in blocks {
        if matches!(block.data().value, NodeValue::Table(_)) {
            take_last_row(block, table);
        } else {
            take_lines(block, table);
        }
    }
}

fn may_hold_lines(node: Node<'_>) -> bool {
    match node.data().value {
        NodeValue::Paragraph | NodeValue::Table(_) => true,
        NodeValue::Heading(heading) => heading.setext,
        _ => false,
    }
}

/// One line of attributes, and where it stood.
struct Line<'a> {
    attributes: Attributes,
    text: Node<'a>,
    position: Sourcepos,
}

/// From the last line to the first, so that what follows a list is cut off once.
fn take_lines<'a>(block: Node<'a>, table: &mut Table) {
    let mut rests: Vec<Node<'a>> = Vec::new();
    let mut trailing = None;
    while let Some(line) = last_line(block) {
        let (before, next) = (line.text.previous_sibling(), line.text.next_sibling());
        line.text.detach();
        match (before, next, rests.last()) {
            (None, Some(line_end), _) => {
                line_end.detach();
                table.prepend(block, line.attributes);
            }
            (Some(line_end), Some(next), _) => {
                line_end.detach();
                let rest = split(block, next);
                table.prepend(rest, line.attributes);
                rests.push(rest);
            }
            (before, None, Some(rest)) => {
                before.inspect(|line_end| line_end.detach());
                table.prepend(rest, line.attributes);
            }
            (before, None, None) => {
                before.inspect(|line_end| line_end.detach());
                trailing = Some(with_lines_above(block, line));
            }
        }
    }
    if let Some(line) = trailing {
        settle(rests.first().copied().unwrap_or(block), line, table);
    }
    if block.first_child().is_none() {
        block.detach();
    }
}

/// Takes the lists on the lines right above too.
fn with_lines_above<'a>(block: Node<'a>, mut line: Line<'a>) -> Line<'a> {
    while let Some(mut above) = last_line(block).filter(|above| above.text.next_sibling().is_none())
    {
        above
            .text
            .previous_sibling()
            .inspect(|line_end| line_end.detach());
        above.text.detach();
        line.position.start = above.position.start;
        above.attributes.merge(line.attributes);
        line.attributes = above.attributes;
    }
    line
}

fn last_line(block: Node<'_>) -> Option<Line<'_>> {
    block.reverse_children().find_map(|node| {
        let stands_alone = node.previous_sibling().is_none_or(is_break)
            && node.next_sibling().is_none_or(is_break);
        let data = node.data();
        let NodeValue::Text(text) = &data.value else {
            return None;
        };
        let text = text.trim();
        let (attributes, length) = Attributes::read(text).filter(|_| stands_alone)?;
        (length >= text.len()).then_some(Line {
            attributes,
            text: node,
            position: data.sourcepos,
        })
    })
}

/// The lines behind a line end become a block of their own, for which the line end's node is as good as a new one.
fn split<'a>(block: Node<'a>, line_end: Node<'a>) -> Node<'a> {
    let lines: Vec<Node<'a>> = line_end.following_siblings().skip(1).collect();
    line_end.detach();
    line_end.data_mut().value = NodeValue::Paragraph;
    for node in lines {
        line_end.append(node);
    }
    block.insert_after(line_end);
    line_end
}

/// The list was the last line of its block: it belongs to what follows on the next line, else to what stood before.
fn settle<'a>(block: Node<'a>, line: Line<'a>, table: &mut Table) {
    let empty = block.first_child().is_none();
    let Sourcepos { start, end } = line.position;
    let next = block
        .next_sibling()
        .filter(|next| next.data().sourcepos.start.line == end.line + 1);
    if let Some(next) = next {
        table.prepend(next, line.attributes);
    } else if !empty {
        table.append(leave_items(block, start.column), line.attributes);
    } else if let Some(target) = before(block, start.line).or_else(|| block.parent()) {
        table.append(target, line.attributes);
    }
}

/// The block that was still open when the list came: a list stays open over blank lines, a heading or a rule until the
/// next line, a fenced block not at all.
fn before(block: Node<'_>, number: usize) -> Option<Node<'_>> {
    let previous = block.previous_sibling()?;
    let data = previous.data();
    let open = match data.value {
        NodeValue::List(_) => true,
        NodeValue::CodeBlock(ref code) => !code.fenced,
        _ => data.sourcepos.end.line + 1 == number,
    };
    drop(data);
    open.then_some(previous)
}

/// A list that stands left of an item's text belongs to the list around that item.
fn leave_items(block: Node<'_>, column: usize) -> Node<'_> {
    let mut target = block;
    for ancestor in block.ancestors().skip(1) {
        let data = ancestor.data();
        let NodeValue::Item(item) = data.value else {
            continue;
        };
        let marker = if item.list_type == ListType::Bullet {
            2
        } else {
            3
        };
        let text_column = data.sourcepos.start.column + item.padding.max(marker);
        if column < text_column
            && let Some(list) = ancestor.parent()
        {
            target = list;
        }
    }
    target
}

/// A table swallows the line behind it as a row.
fn take_last_row(block: Node<'_>, table: &mut Table) {
    let Some(row) = block
        .last_child()
        .filter(|row| matches!(row.data().value, NodeValue::TableRow(false)))
    else {
        return;
    };
    let mut texts = row
        .descendants()
        .filter(|node| matches!(node.data().value, NodeValue::Text(_)));
    let (Some(text), None) = (texts.next(), texts.next()) else {
        return;
    };
    let data = text.data();
    let text = data.value.text().map(str::trim).unwrap_or_default();
    if let Some((attributes, length)) = Attributes::read(text)
        && length >= text.len()
        && row.data().sourcepos.start.column == data.sourcepos.start.column
    {
        row.detach();
        table.append(block, attributes);
    }
}

fn is_break(node: Node<'_>) -> bool {
    matches!(
        node.data().value,
        NodeValue::SoftBreak | NodeValue::LineBreak
    )
}
