//! The reStructuredText reader.

use media_upload_conformance::document::Document;

use crate::documents::CIELO24;
use crate::outline::{outline, read};

#[test]
fn the_cielo24_page_is_read_in_full() {
    let document = read(CIELO24);
    insta::assert_snapshot!(outline(&document), @r#"
     68 server https://api.cielo24.com
     13 request_upload_url GET /api/job/request_upload_url
      1   prose "Request Pre-signed Upload URL"
      4   prose "Generates special expirable URL for direct media content upload. Use this endpoint when you need to upload local files. For media where a public URL is available, consider using the \"add_media_url\" endpoint instead. After calling this endpoint, you will receive a signed URL in the response. The next step is to perform a \"PUT\" request to this URL. URLs have a lifetime of 12 hours. Note: when performing the \"PUT\" request on the pre-signed URL, make sure to omit the authorization header. When your upload is complete, perform the standard \"POST\" request to the \"perform_transcription\" endpoint to begin processing."
     20   Query v required form explode "The version of the API to use"
     22     schema {"type":"string","enum":["1"]}
     24     example "1"
     26   Query api_token required form explode "The API token used for this session"
     28     schema {"type":"string","pattern":"^[0-9A-Fa-f]+$"}
     30     example "7ca5dc5c7cce449fb0fff719307e8f5f"
     32   Query job_id required form explode "The ID of the job to which media is added"
     34     schema {"type":"string","pattern":"^[0-9A-Fa-f]+$"}
     36     example "64bea283eff6475ea6596027a6ba0929"
     51   200 "Success"
     55     application/json
     55       schema {"type":"object","properties":{"upload_url":{"type":"string"}},"required":["upload_url"]}
     55       example {"upload_url":"https://some-url"}
     79       example {"upload_url":"https://..."}
     59   400 "An error occurred\nError description (see :ref:`error-format-label` for details)"
     68   GET /api/job/request_upload_url [("v", "1"), ("api_token", "7ca5dc5c7cce449fb0fff719307e8f5f"), ("job_id", "64bea283eff6475ea6596027a6ba0929"), ("media_url", "http://www.domain.com/video.mp4")] [("Host", "api.cielo24.com")] ""
      1 note the title `Request Pre-signed Upload URL` is longer than its underline
     46 note no blank line before the heading `Responses`; reStructuredText takes it as part of the paragraph above
     79 note the example has no blank line between the headers and the body
    "#);
}

#[test]
fn optional_parameters_wrapped_cells_and_several_examples_are_read() {
    let document = read("conformance/tests/fixtures/perform_everything.rst");
    insta::assert_snapshot!(outline(&document), @r#"
    101 server https://api.speech.example
     10 perform_everything GET /api/job/perform_everything
      1   prose "Perform Everything"
      4   prose "Starts the work on a job. Written for the tests; no such endpoint exists."
      6   prose "A callback is made when the work is done."
     17   Query v required form explode "The version of the API to use"
     19     schema {"type":"string","enum":["1"]}
     21     example "1"
     23   Query job_id required form explode "The ID of the job on which the work is to be done, which must hold media already"
     26     schema {"type":"string","pattern":"^[0-9A-Fa-f]+$"}
     28     example "64bea283eff6475ea6596027a6ba0929"
     36   Query fidelity form explode "How well it is done"
     38     schema {"type":"string","enum":["STANDARD","PREMIUM","BEST"]}
     41     example "PREMIUM"
     43     example "BEST"
     45   Query callback_url form explode "Called when the work is done"
     47     schema {"type":"string","format":"uri"}
     49     example "http://www.domain.example/done"
     52   Query notify form explode "Whether to send mail"
     54     schema {"type":"boolean"}
     56   Query priority form explode "Higher is sooner"
     58     schema {"type":"integer","minimum":1,"maximum":100}
     60   Query language form explode "The language spoken"
     62     schema {"type":"string"}
     70   Header X-Trace simple "Turns up in the log"
     72     schema {"type":"string"}
     74     example "abc"
     82   200 "Success"
     86     application/json
     86       schema {"type":"object","properties":{"TaskId":{"type":"string"},"Queue":{"type":"array","items":{"type":"object","properties":{"Position":{"type":"integer"},"Wait":{"type":"number"}},"required":["Position","Wait"]}},"Urgent":{"type":"boolean"}},"required":["TaskId","Queue","Urgent"]}
     86       example {"TaskId":"bd2b3d1b","Queue":[{"Position":3,"Wait":1.5}],"Urgent":false}
    119       example {"TaskId":"bd2b3d1b","Queue":[],"Urgent":true}
     92   400 "An error occurred\nError description (see :ref:`error-format-label` for details)"
    101   GET /api/job/perform_everything [("v", "1"), ("job_id", "64bea283eff6475ea6596027a6ba0929")] [("Host", "api.speech.example")] ""
    106   GET /api/job/perform_everything [("v", "1"), ("job_id", "64bea283eff6475ea6596027a6ba0929"), ("callback_url", "http://www.domain.example/done now")] [("Host", "api.speech.example"), ("X-Trace", "abc")] ""
     62 note the allowed values `One of the supported languages` are not recognised; every string is accepted
    "#);
}

#[test]
fn a_form_body_and_a_response_without_body_are_read() {
    let document = read("conformance/tests/fixtures/update_secret.rst");
    insta::assert_snapshot!(outline(&document), @r#"
     58 server https://api.speech.example
     10 update_secret POST /api/account/update_secret
      3   prose "Update Secret"
      6   prose "Changes the secret of an account."
     17   Query v required form explode "The version of the API to use"
     19     schema {"type":"string","enum":["1"]}
     22   body required
     22     application/x-www-form-urlencoded
     22       schema {"type":"object","properties":{"new_secret":{"type":"string","description":"The secret to use from now on","example":"s3cr t"},"keep_for":{"type":"integer","minimum":0,"maximum":30,"description":"Days for which the old one is taken too"}},"required":["new_secret"]}
     49   204 "Success"
     51   400 "An error occurred"
     58   POST /api/account/update_secret [("v", "1")] [("Host", "api.speech.example"), ("Content-Type", "application/x-www-form-urlencoded")] "new_secret=s3cr%20t&keep_for=7"
    "#);
}

#[test]
fn each_method_of_a_shared_description_is_an_operation() {
    let document = read("conformance/tests/fixtures/job_notes.rst");
    insta::assert_snapshot!(outline(&document), @r#"
     37 server https://api.speech.example
     42 server https://staging.speech.example
      9 notes GET /api/job/{job_id}/notes
      1   prose "Job Notes"
      5   prose "Two methods that share a description."
     18   Path job_id required simple "The job"
     18     schema {"type":"string"}
     26   200 "The notes"
     30     text/plain
     30       example "Call back on Friday"
     37   GET /api/job/7/notes [] [("Host", "api.speech.example")] ""
     11 put_notes PUT /api/job/{job_id}/notes
      1   prose "Job Notes"
      5   prose "Two methods that share a description."
     18   Path job_id required simple "The job"
     18     schema {"type":"string"}
     26   200 "The notes"
     30     text/plain
     30       example "Call back on Friday"
     42   PUT /api/job/7/notes [] [("Host", "staging.speech.example")] "Call back on Friday"
     52 delete_notes DELETE /api/job/{job_id}/notes
     47   prose "Remove Notes"
     50   prose "Takes them away."
     52   Path job_id required simple ""
     52     schema {"type":"string"}
     59   204 "They are gone"
     18 note no allowed values are stated; every string is accepted
     52 note no parameter describes `{job_id}` of the path template; it is treated as a required string
    "#);
}

#[test]
fn unrecognised_content_is_noted_with_its_line() {
    let document = read("conformance/tests/fixtures/odd_page.rst");
    insta::assert_snapshot!(outline(&document), @r#"
      4 odd GET /api/odd
      1   prose "Odd Page"
     34   prose "The bytes of the file."
     38   prose "Mild. Nothing is said about it."
     13   Query a form explode "A"
     13     schema {"type":"string"}
     27   Query b form explode "B"
     29     schema {"type":"string","enum":["1"]}
     55   200 "Fine"
     59     application/json
     70   POST /api/even [] [] ""
      1 note the title `Odd Page` is longer than its underline
      6 note text under the `http` directive is not supported; it is ignored
      8 note the heading `Query String Parameters` says neither Required nor Optional; its rows are treated as optional
     13 note no allowed values are stated; every string is accepted
     15 note the row `colour` is not recognised; it is ignored
     17 note a border of this row is not aligned with its column
     17 note `two words | `Description` is not a parameter name; the row is ignored
     19 note `a` is described twice; only the first description is used
     22 note required only under the condition `when it rains`; treated as optional
     27 note a border of this row is not aligned with its column
     29 note the row has no `|` at its right end
     34 note the body is described in prose; only a table of names is supported; the description is not used as the body
     36 note the heading `Weather` is not recognised; only its text is read
     40 note the directive `list-table` is not expected here; it is ignored
     44 note a simple table (`====  ====`) is not supported; it is ignored
     53 note `OK` is not a status code; the row is ignored
     59 note invalid JSON: expected a key in double quotes; the example is ignored
     66 note `please send it` is not a request line; the example is ignored
     70 note the example request is POST /api/even, but the operation is GET /api/odd
     76 note the example has the status 404, which the page does not document; it is ignored
    "#);
}

#[test]
fn content_outside_all_operations_is_noted() {
    let page = "Page\n====\n\n.. http:get:: /a\n\nNotes\n=====\n\nApart.\n\n**Responses**\n\n+-----+---+\n| 200 | x |\n+-----+---+\n";
    let document = Document::read("a.rst", page.as_bytes()).unwrap();
    let notes: Vec<_> =
        document.notes.iter().map(|note| format!("{} {}", note.location.line, note.text)).collect();
    assert_eq!(
        notes,
        [
            "4 no response is documented",
            "11 the heading `Responses` belongs to no operation; only its text is read",
            "13 a table is not expected here; it is ignored",
        ]
    );
    let prose: Vec<_> = document.prose.iter().map(|prose| prose.text.as_str()).collect();
    assert_eq!(prose, ["Notes", "Apart."]);
}

#[test]
fn a_page_may_have_no_operation_but_no_wrong_path() {
    let document = Document::read("a.rst", b"Title\n=====\n").unwrap();
    assert!(document.operations.is_empty());
    let refusal = Document::read("a.rst", b"\n.. http:get:: api/x\n").map(|_| ()).unwrap_err().to_string();
    assert_eq!(refusal, "a.rst:2: `api/x` is not a path; a path starts with `/` and has no spaces");
}

#[test]
fn each_part_of_a_page_has_a_line() {
    let document = read(CIELO24);
    let lines = [
        ("/request_upload_url", 13),
        ("/request_upload_url/query/v", 20),
        ("/request_upload_url/query/v/description", 20),
        ("/request_upload_url/query/v/schema/enum", 22),
        ("/request_upload_url/query/job_id/schema/pattern", 34),
        ("/request_upload_url/query/job_id/schema/anything", 34),
        ("/request_upload_url/query/job_id/examples/0", 36),
        ("/request_upload_url/responses/200/schema", 55),
        ("/request_upload_url/responses/200/schema/properties/upload_url", 56),
        ("/request_upload_url/responses/400", 59),
        ("/request_upload_url/examples/0", 68),
        ("/request_upload_url/nothing", 13),
    ];
    for (pointer, line) in lines {
        assert_eq!(document.locate(pointer).line, line, "{pointer}");
    }
    let document = read("conformance/tests/fixtures/update_secret.rst");
    assert_eq!(document.locate("/update_secret/body/schema/properties/keep_for/maximum").line, 41);
    let document = read("conformance/tests/fixtures/perform_everything.rst");
    let queue = "/perform_everything/responses/200/schema/properties/Queue";
    assert_eq!(document.locate(&format!("{queue}/items/properties/Wait")).line, 88);
}

/// A page with unusual but valid headings, rows and examples.
const VARIANTS: &str = "\
.. http:get:: /a/(int:id)

.. note:: Only on weekdays.

**Path Parameters**

+-------+-------------------------+
| Name  | Details                 |
+=======+================+========+
| other | Allowed Values | 1      |
+-------+----------------+--------+

**Query String Parameters** (not required)

+-------+-------------------------+
| q     | Allowed Values | String |
|       +----------------+--------+
|       | Allowed Values | 2      |
|       +----------------+--------+
|       | Example        | q=a+%3D|
+-------+----------------+--------+

**HTTP Headers** - Optional

+-------+-------------------------+
| X-A   | Allowed Values | String |
|       +----------------+--------+
|       | Example        | X-A: +%|
+-------+----------------+--------+

**Responses**

+--------+------------------------+
| 200 OK | Description    | Fine  |
+--------+----------------+-------+
";

#[test]
fn variants_of_headings_rows_and_examples_are_read() {
    let document = Document::read("a.rst", VARIANTS.as_bytes()).unwrap();
    insta::assert_snapshot!(outline(&document), @r#"
      1 a GET /a/{id}
      3   prose "Only on weekdays."
     16   Query q form explode ""
     16     schema {"type":"string"}
     20     example "a ="
     26   Header X-A simple ""
     26     schema {"type":"string"}
     28     example "+%"
      1   Path id required simple ""
      1     schema {"type":"string"}
     34   200 "OK\nFine"
      1 note the path template has no `{other}` for this path parameter; the parameter is ignored
      1 note no parameter describes `{id}` of the path template; it is treated as a required string
     18 note there is a second row of allowed values; only the first is used
    "#);
}

/// A page with roles, and with remarks in place of a path and of a host.
const ROLES: &str = "\
.. http:get:: /a/:ref:`(id) <id-label>` (from URL)
.. http:put:: `(from URL)`

**Path Parameters**

+------------------+-------------------------------------------------+
| :ref:`id <id>`   | Allowed Values | :ref:`Integer <integer-label>` |
|                  +----------------+--------------------------------+
|                  | Example        | ``id=7``                       |
+------------------+----------------+--------------------------------+

**Query String Parameters** (Optional)

+------------------+-------------------------------------------------+
| flag             | Allowed Values | True, False                    |
|                  +----------------+--------------------------------+
|                  | Example        | ``flag=True``                  |
+------------------+----------------+--------------------------------+
| count            | Allowed Values | Integer                        |
|                  +----------------+--------------------------------+
|                  | Example        | ``count=many``                 |
+------------------+----------------+--------------------------------+

**Responses**

+--------------------------+------------------------+
| :http:statuscode:`204`   | Description    | Fine  |
+--------------------------+----------------+-------+

**Example Requests**

.. sourcecode:: http

    GET /a/7 HTTP/1.1
    Host: (from URL)
";

#[test]
fn roles_are_read_as_their_text_and_remarks_are_no_part_of_a_path_or_a_host() {
    let document = Document::read("a.rst", ROLES.as_bytes()).unwrap();
    insta::assert_snapshot!(outline(&document), @r#"
      1 a GET /a/{id}
      7   Path id required simple ""
      7     schema {"type":"integer"}
      9     example 7
     15   Query flag form explode ""
     15     schema {"type":"boolean"}
     17     example true
     19   Query count form explode ""
     19     schema {"type":"integer"}
     21     example "many"
     27   204 "Fine"
     34   GET /a/7 [] [("Host", "(from URL)")] ""
      1 note the remark `(from URL)` after the path is ignored
      2 note the URL of the PUT request is `(from URL)`, which is no path of the API; it is not an operation
     34 note `(from URL)` is not a host; the example names no server
    "#);
}
