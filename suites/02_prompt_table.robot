*** Settings ***
Documentation       Prompts times sizes as a keyword table: a new case is a new line.

Resource            ../keywords/studio_api.resource

Suite Setup         Connect To Studio
Test Template       Image Should Be Delivered

Test Tags           images


*** Test Cases ***    PROMPT                              RESOLUTION    LIMIT
Small                 a cat on the moon                   320x180       30 s
Wide                  a paper boat in a rainy market      640x360       30 s
Square                portrait of a clockwork owl         512x512       30 s
Chinese Prompt        雨夜集市里的一只纸船                   640x360       1 min
Emoji Prompt          🚀 over the sea                      320x180       30 s
