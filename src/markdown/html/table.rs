//! Tables: a head of one row, a body of the rest.

use comrak::nodes::{Node, NodeValue, TableAlignment};

use super::Writer;

impl Writer<'_> {
    pub(super) fn open_row(&mut self, node: Node<'_>, header: bool) {
        self.header_row = header;
        self.column = 0;
        if header {
            self.out.push_str("<thead>\n");
        } else if node
            .previous_sibling()
            .is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(true)))
        {
            self.out.push_str("<tbody>\n");
        }
        self.tag("tr", node, ">\n");
    }

    pub(super) fn close_row(&mut self, header: bool) {
        self.out.push_str(if header {
            "</tr>\n</thead>\n"
        } else {
            "</tr>\n"
        });
    }

    pub(super) fn close_table(&mut self, node: Node<'_>) {
        let has_body = node
            .last_child()
            .is_some_and(|row| matches!(row.data().value, NodeValue::TableRow(false)));
        self.out.push_str(if has_body {
            "</tbody>\n</table>\n"
        } else {
            "</table>\n"
        });
    }

    pub(super) fn open_cell(&mut self, node: Node<'_>) {
        self.out
            .push_str(if self.header_row { "<th" } else { "<td" });
        self.write_attributes(node, &["align"]);
        self.out.push_str(match alignment(node, self.column) {
            TableAlignment::None => ">",
            TableAlignment::Left => " align=\"left\">",
            TableAlignment::Center => " align=\"center\">",
            TableAlignment::Right => " align=\"right\">",
        });
        self.column += 1;
    }
}

fn alignment(cell: Node<'_>, column: usize) -> TableAlignment {
    let table = cell.parent().and_then(comrak::arena_tree::Node::parent);
    match table
        .map(|table| table.data())
        .as_deref()
        .map(|table| &table.value)
    {
        Some(NodeValue::Table(table)) => table
            .alignments
            .get(column)
            .copied()
            .unwrap_or(TableAlignment::None),
        _ => TableAlignment::None,
    }
}
