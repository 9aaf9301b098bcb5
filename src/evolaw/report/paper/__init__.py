"""Reports one hands in: a Typst document that can be edited, its figures, and the PDF.

A report is made again whenever the runs change, and a person writes in between. So the document has two kinds of places: what is made
(headings, tables, figures with their captions and labels), and *blocks* that belong to the author. Making it again replaces the
first and keeps the second to the byte; a block whose run has gone moves to the end. What others wrote reaches Typst only as quoted
text (`markup`), never as markup: a name such as ``#eval(…)`` is printed, not run.

    markup      text as Typst and LaTeX understand it; tables of any result
    blocks      the author's places in a document that is written again
    weekly      the report of several runs
    compiling   fonts, and the PDF through the ``typst`` package (extra ``report``)
    formulas    a sheet of mathematics as a figure
"""
