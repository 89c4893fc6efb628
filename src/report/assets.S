/* Embeds the built page (web/dist) into the library. The include path comes from cmake/ReportAssets.cmake. */
    .section .rodata
    .balign 16
    .global viresco_report_script
    .global viresco_report_script_end
viresco_report_script:
    .incbin "report.js"
viresco_report_script_end:
    .global viresco_report_style
    .global viresco_report_style_end
viresco_report_style:
    .incbin "report.css"
viresco_report_style_end:
    .section .note.GNU-stack,"",%progbits
